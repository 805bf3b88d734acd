"""How each fact changes the state of a case, one function a fact."""
