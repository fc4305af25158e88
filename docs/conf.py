"""How the documentation is built: Sphinx, furo and myst-nb, with nothing loaded from outside."""

from __future__ import annotations

import sys
from importlib.metadata import version as installed_version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "Offramp"
author = "The Offramp developers"
copyright = "The Offramp developers, BSD-3-Clause"
version = release = installed_version("offramp")

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "bench",
    "bibliography",
    "closed_forms",
    "departures",
    "gallery",
    "listings",
    "mathematics",
    "offline",
    "plan",
    "talks",
]
exclude_patterns = ["_build", "_ext", "reference/library.md"]
html_static_path = ["_static"]
html_css_files = ["gallery.css"]
templates_path: list[str] = []

myst_enable_extensions = ["dollarmath", "deflist", "colon_fence"]
myst_heading_anchors = 3
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 120

autodoc_member_order = "bysource"
autodoc_typehints = "signature"

html_theme = "furo"
html_title = "Offramp"
html_math_renderer = "mathml"
html_show_copyright = False
html_copy_source = False
html_show_sourcelink = False
