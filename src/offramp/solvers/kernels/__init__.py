"""What every engine is built on: order, lanes of draws, one step back, linear solves, bounds."""
