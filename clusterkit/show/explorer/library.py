"""The library that draws the plots of the explorer, as one file beside the page.

Vega-Lite draws the plots: BSD-3-Clause, released several times a year, and its expression interpreter needs no
``eval``, which the page's security policy forbids. The file is written from the installed package ``vl-convert-python``
whenever the page is made (0.9 MB, 0.3 MB when compressed); it is loaded after the map is drawn. Measured with two
processors in Chromium, 68 sectors: first plot 150 to 280 ms, which is done ahead of any choice, a new choice 15 to 30 ms.

The map and the tables are the page's own script: a choice there only changes colours and texts that are already
in the page, and Vega can neither put the focus on a region by keyboard nor give it a link.
"""

from __future__ import annotations

import vl_convert

from clusterkit.results import kept

NOTICE = """/*!
Vega {vega}, Vega-Lite {lite}, Vega-Embed {embed} and the D3 modules that they contain.
Copyright (c) University of Washington Interactive Data Lab; D3: Copyright (c) Mike Bostock (ISC licence).
BSD 3-Clause Licence. Redistribution and use in source and binary forms, with or without modification, are permitted
provided that the following conditions are met:
1. Redistributions of source code must retain the above copyright notice, this list of conditions and the following
disclaimer. 2. Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the
following disclaimer in the documentation and/or other materials provided with the distribution. 3. Neither the name of
the copyright holder nor the names of its contributors may be used to endorse or promote products derived from this
software without specific prior written permission.
THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES,
INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL,
SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES;
LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN
CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF THIS
SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
*/
"""


def plot_library() -> str:
    """JavaScript that defines ``vegaEmbed`` and needs nothing else, with its licence."""
    names = {
        "vega": vl_convert.get_vega_version(),
        "lite": vl_convert.get_vegalite_versions()[-1],
        "embed": vl_convert.get_vega_embed_version(),
    }
    # Bundled anew it takes a second and a half, with the same result as long as the versions are the same.
    bundle = kept("plot-library", names, lambda: vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"))
    return NOTICE.format(**names) + bundle
