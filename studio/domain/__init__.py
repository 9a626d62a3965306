"""What a picture is and how a brush changes it: numpy only, no Qt."""
