"""An example of a package that extends Offramp: one mechanism, one quantity, one case."""
