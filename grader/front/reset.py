"""make reset-exN: the untouched exercise again. The reader's file is kept."""

from grader.front import course


def keep_aside(file):
    """Copies the file to the first free NAME.kept-N; never writes over one."""
    number = 1
    while True:
        kept = file.with_name(f"{file.name}.kept-{number}")
        try:
            with open(kept, "xb") as copy:
                copy.write(file.read_bytes())
            return kept
        except FileExistsError:
            number += 1


def main(number):
    exercise = course.find(number)
    file = exercise.file
    where = f"exercises/{file.name}"
    if file.exists() and course.is_untouched(exercise):
        print(f"{where} is untouched already.")
        return
    if file.exists():
        kept = keep_aside(file)
        print(f"Your file is kept as exercises/{kept.name}")
    fresh = file.with_name(f".{file.name}.new")
    fresh.write_bytes(exercise.stub.read_bytes())
    fresh.replace(file)
    print(f"{where} is as it was at the start.")
