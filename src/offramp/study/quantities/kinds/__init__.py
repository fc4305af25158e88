"""The kinds of quantity that claims can speak of, one file each."""
