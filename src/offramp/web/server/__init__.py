"""The server: who may ask, how a page is put together, how it starts and ends."""
