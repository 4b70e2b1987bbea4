"""An Exchange to try and test roomd on."""
