"""The editor: what is wrong at its place, what could stand here, one-click repairs, an outline."""
