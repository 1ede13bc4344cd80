"""One module per version of the store, never changed once it was released."""
