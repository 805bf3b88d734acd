"""Forms that residents have begun and keep with the centre, so that they can go on with them on another device."""
