"""Notebooks to executed pages, pages to a website. The only part that runs notebooks."""
