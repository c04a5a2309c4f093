//! The rules of the house that the compiler does not check.

mod facts;
mod house;
mod made_up;
mod rules;
mod tables;

use std::sync::LazyLock;

use house::House;
use tables::{FILE_LEN_MAX, FUNCTION_LEN_MAX, LAYERS, LINE_LEN_MAX, ROOMS, SIBLINGS_MAX};

static HOUSE: LazyLock<House> = LazyLock::new(House::read);

/// Fails with the text of each problem.
fn report(problems: Vec<String>) {
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn modules_import_from_lower_layers_and_their_own_folder_only() {
    report(rules::layers(&HOUSE, LAYERS));
}

#[test]
fn imports_within_a_folder_run_down_the_order_of_its_rooms() {
    report(rules::rooms(&HOUSE, ROOMS));
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    report(rules::circles(&HOUSE));
}

#[test]
fn files_are_short() {
    report(rules::file_lengths(&HOUSE, FILE_LEN_MAX));
}

#[test]
fn functions_are_short() {
    report(rules::function_lengths(&HOUSE, FUNCTION_LEN_MAX));
}

#[test]
fn folders_have_few_siblings() {
    report(rules::siblings(&HOUSE, SIBLINGS_MAX));
}

#[test]
fn a_type_name_has_one_meaning_within_a_layer() {
    report(rules::homonyms(&HOUSE));
}

#[test]
fn only_io_and_the_program_touch_the_file_system() {
    report(rules::file_system(&HOUSE));
}

#[test]
fn unsafe_code_stands_in_the_memory_map_only() {
    report(rules::unsafe_code(&HOUSE));
}

#[test]
fn lines_are_short_and_nothing_is_left_to_do() {
    report(rules::lines(&HOUSE, LINE_LEN_MAX));
}
