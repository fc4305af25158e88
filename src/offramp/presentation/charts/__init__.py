"""Drawings as SVG text, which needs no script: closed forms, emulators and game trees."""
