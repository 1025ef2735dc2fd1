"""Will a runtime take an image, and all of it? The library behind `readytorun check`."""
