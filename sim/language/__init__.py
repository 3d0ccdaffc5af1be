"""Expression text -> checked tree -> meaning."""
