"""The seminar: a class plays a crisis in its browsers; one server, no build step, nothing from elsewhere."""
