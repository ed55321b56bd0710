"""Slides for the half-day plan: `half-day.md` made into a page that needs no network.

`pictures` shows a lesson's own picture on a slide, `conf` is Sphinx's configuration, and
``python -m imbalance_site.slides`` builds.
"""
