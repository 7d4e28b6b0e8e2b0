-- Permalinks on headings, as the nbconvert way makes them. The mark itself comes from the style sheet, so that it is
-- in no table of contents, no search and no copied text.
function Header(heading)
  if heading.identifier == "" then
    return nil
  end
  local attributes = { { "aria-label", "Link to this section" } }
  heading.content:insert(pandoc.Link({}, "#" .. heading.identifier, "", pandoc.Attr("", { "anchor" }, attributes)))
  return heading
end
