"""The unified form: code lists, values, quantities, and the rules that a filled-in form keeps."""
