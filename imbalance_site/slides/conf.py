"""How Sphinx makes the slides: reveal.js from the installed package, nothing from another host."""

project = html_title = "Imbalance Lab: half a day"
author = "The Imbalance Lab authors"
language = "en"

extensions = ["myst_parser", "sphinx_revealjs", "imbalance_site.slides.pictures"]
myst_enable_extensions = ["colon_fence"]

revealjs_html_theme = "revealjs-simple"
revealjs_style_theme = "white-contrast"
revealjs_static_path = ["static"]
revealjs_css_files = ["slides.css"]
revealjs_script_conf = {
    "width": 1280,
    "height": 720,
    "margin": 0.04,
    "hash": True,
    "slideNumber": "c/t",
    "transition": "none",
}
revealjs_script_plugins = [
    {"name": "RevealNotes", "src": "revealjs/plugin/notes/notes.js"},
]
