"""The tour: a scripted walk through a real window that checks what it sees and takes its picture."""
