//! What is refused in a user's own profile, and by which words.

use super::ProfileProblem;
use crate::profile::Profile;

const HEAD: &str = "[profile]\nname = \"own\"\ndata_sources = [\"src\"]\nlanguages = [\"en\"]\n";
const TEAMS: &str = "[[category]]\ncode = \"teams\"\n";
const CREATED: &str = "[[activity]]\ncategory = \"teams\"\ncode = \"created\"\n";

/// The problems of a profile that begins with the head, 4 lines.
fn problems(rest: &str) -> Vec<String> {
    let text = format!("{HEAD}{rest}");
    let problems = Profile::check(&text).expect_err(rest);
    problems.iter().map(ProfileProblem::to_string).collect()
}

#[track_caller]
fn refused(rest: &str, expected: &str) {
    assert_eq!(problems(rest), [expected], "{rest}");
}

#[test]
fn the_least_profile_is_its_head() {
    let profile = Profile::check(HEAD).expect("valid");
    assert_eq!((profile.name(), profile.title()), ("own", "own"));
    assert_eq!(profile.data_sources(), ["src"]);
}

#[test]
fn a_missing_or_wrong_head_is_told() {
    let told = |text: &str| {
        let problems = Profile::check(text).expect_err(text);
        problems.iter().map(ProfileProblem::to_string).collect::<Vec<_>>()
    };
    assert_eq!(told(""), ["1: profile: is missing: begin with a table [profile]"]);
    assert_eq!(
        told("[profile]\nname = \"../x\"\n"),
        [
            "1: profile.data_sources: is missing or empty: list at least one",
            "1: profile.languages: is missing or empty: list at least one",
            "2: profile.name: `../x` is not 1 to 64 of the characters a-z, 0-9, `_` and `-`",
        ]
    );
    assert_eq!(told("\n[profile\n").len(), 1);
    assert!(told("\n[profile\n")[0].starts_with("2: "), "{:?}", told("\n[profile\n"));
    assert!(told("x = 1\nx = 2\n")[0].starts_with("2: duplicate key"));
}

#[test]
fn unknown_keys_are_told_with_the_nearest() {
    refused(
        "[[category]]\ncode = \"a\"\nlabel = 1\n",
        "7: category.label: there is no key `label`; the nearest: `labels`",
    );
    refused(
        "[[activitys]]\n",
        "5: activitys: there is no key `activitys`; the nearest: `activity`",
    );
    refused(
        "[defaults]\nrangemax = \"7d\"\n",
        "6: defaults.rangemax: there is no key `rangemax`; the nearest: `range_max`",
    );
}

#[test]
fn every_mistake_is_told_in_the_order_of_lines() {
    let text = format!("{TEAMS}{CREATED}operation = \"make\"\noutcome = \"ok\"\nlabel = 1\n");
    assert_eq!(
        problems(&text),
        [
            "10: activity.operation: there is no operation `make`; the nearest: `create`",
            "11: activity.outcome: there is no outcome `ok`; the nearest: `unknown`",
            "12: activity.label: there is no key `label`; the nearest: `labels`",
        ]
    );
}

#[test]
fn codes_stand_once() {
    refused(
        &format!("{TEAMS}{TEAMS}"),
        "7: category.code: `teams` is there already; write each category once",
    );
    refused(
        &format!("{TEAMS}{CREATED}{CREATED}"),
        "10: activity.code: `teams.created` is there already; write each activity once",
    );
    refused(
        &format!("{TEAMS}{CREATED}[[activity]]\ncategory = \"teams\"\ncode = \"Created\"\n"),
        "10: activity.code: `teams.Created` and `teams.created` are spelled alike, so that \
         neither is found by its spelling; rename one",
    );
    refused(
        "[[category]]\ncode = \"*\"\n",
        "5: category.code: `*` means every category, so none can be called so",
    );
    refused("[[category]]\nlabels = { en = \"X\" }\n", "5: category.code: is missing");
    refused(
        "[[category]]\ncode = \"a\\u0007\"\n",
        "6: category.code: is no code: 1 to 256 bytes without control characters",
    );
}

#[test]
fn an_activity_needs_a_category_that_is_there() {
    refused(
        &format!("{TEAMS}[[activity]]\ncategory = \"team\"\ncode = \"x\"\n"),
        "8: activity.category: there is no category `team`; the nearest: `teams`",
    );
    refused(CREATED, "6: activity.category: there is no category `teams`");
    refused("[[activity]]\ncode = \"x\"\n", "5: activity.category: is missing");
}

#[test]
fn an_alias_means_one_activity() {
    let two = format!(
        "{TEAMS}{CREATED}aliases = [\"T.New\"]\n\
        [[activity]]\ncategory = \"teams\"\ncode = \"made\"\naliases = [\"t-new\"]\n"
    );
    refused(
        &two,
        "14: activity.aliases: `t-new` means `teams.made` and `teams.created`; an alias \
        means one activity",
    );
    let code = format!(
        "{TEAMS}{CREATED}aliases = [\"Teams Made\"]\n\
        [[activity]]\ncategory = \"teams\"\ncode = \"made\"\n"
    );
    assert!(problems(&code)[0].starts_with("10: activity.aliases: `Teams Made` means"));
    let origin = format!(
        "{TEAMS}{CREATED}origins = {{ timer = [\"A\"] }}\n\
        [[activity]]\ncategory = \"teams\"\ncode = \"made\"\naliases = [\"a\"]\n"
    );
    assert!(problems(&origin)[0].starts_with("14: activity.aliases: `a` means"));
    refused(
        &format!("{TEAMS}{CREATED}aliases = [\"-\"]\n"),
        "10: activity.aliases: `-` has no word",
    );
    let twice = format!("{HEAD}{TEAMS}{CREATED}aliases = [\"A b\", \"a_b\", \"teams.created\"]\n");
    assert!(Profile::check(&twice).is_ok(), "spellings of one activity may be alike");
}

#[test]
fn labels_are_in_languages_of_the_profile() {
    refused(
        "[[category]]\ncode = \"a\"\nlabels = { en = \"A\", ed = \"B\" }\n",
        "7: labels.ed: there is no language `ed`; the nearest: `en`; [profile] lists them in \
         `languages`",
    );
    refused("[[category]]\ncode = \"a\"\nlabels = { en = \"\" }\n", "7: labels.en: is empty");
    refused(
        "[[category]]\ncode = \"a\"\nlabels = \"A\"\n",
        "7: category.labels: expected a table, got string",
    );
}

fn attribute(rest: &str) -> String {
    format!("[[attribute]]\nnames = [\"n\"]\n{rest}")
}

#[test]
fn kinds_and_operators_are_known_ones() {
    refused(
        &attribute("path = \"seq\"\nkind = \"numbr\"\n"),
        "8: attribute.kind: there is no kind `numbr`; the nearest: `number`",
    );
    refused(
        &attribute("path = \"seq\"\nkind = \"number\"\noperators = [\"equals\"]\n"),
        "9: attribute.operators: there is no operator `equals`; the nearest: `exists`",
    );
    refused(
        &attribute("path = \"details.x\"\nkind = \"text\"\noperators = [\"is\", \"after\"]\n"),
        "9: attribute.operators: `after` is not for kind `text`; use `is`, `is_not`, `in`, \
         `contains`, `phrase`, `starts_with`, `under`, `exists`",
    );
    let text = format!("{HEAD}{}", attribute("path = \"seq\"\nkind = \"bool\"\n"));
    let profile = Profile::check(&text).expect("valid");
    assert_eq!(profile.attributes()[0].operators, profile.attributes()[0].kind.operators());
}

#[test]
fn a_path_is_a_field_of_an_event() {
    refused(
        &attribute("path = \"catgory\"\nkind = \"text\"\n"),
        "7: attribute.path: `catgory` is no field of an event; the nearest: `category`",
    );
    refused(&attribute("kind = \"text\"\n"), "5: attribute.path: is missing");
    refused(
        "[[attribute]]\npath = \"seq\"\nkind = \"number\"\n",
        "5: attribute.names: is missing: list the code of the attribute first",
    );
}

#[test]
fn names_of_attributes_mean_one_each() {
    let two = "[[attribute]]\nnames = [\"a\", \"b c\"]\npath = \"seq\"\nkind = \"number\"\n\
        [[attribute]]\nnames = [\"d\", \"B_C\"]\npath = \"id\"\nkind = \"text\"\n";
    refused(two, "10: attribute.names: `B_C` is a name of `a` already");
    refused(
        &attribute("path = \"seq\"\nkind = \"number\"\npart_of = \"m\"\n"),
        "9: attribute.part_of: there is no attribute `m`",
    );
    refused(
        &attribute(
            "path = \"id\"\nkind = \"enum\"\nvalues = [{ code = \"a\" }, { code = \"a\" }]\n",
        ),
        "9: attribute.values.code: `a` is there already",
    );
    refused(
        &attribute("path = \"id\"\nkind = \"enum\"\nalertable = \"no\"\n"),
        "9: attribute.alertable: expected true or false, got string",
    );
}

#[test]
fn lengths_and_plans_are_checked() {
    let plan = |rest: &str| format!("[[retention]]\nplan = \"p\"\n{rest}");
    let problem = "is neither `forever` nor a whole number above 0 with a unit such as `90d` (us, \
        s, m, h, d, w, y)";
    for wrong in ["90", "9 days", "3mo", "0d", "-1d"] {
        refused(
            &plan(&format!("kept_for = \"{wrong}\"\n")),
            &format!("7: retention.kept_for: `{wrong}` {problem}"),
        );
    }
    refused(&plan(""), "5: retention.kept_for: is missing");
    refused(
        &plan("kept_for = \"nothing\"\n"),
        "5: retention.kept_for: `nothing` would keep no event; use a length",
    );
    refused(
        &plan("kept_for = \"7d\"\nvisible_for = \"2w\"\n"),
        "5: retention.visible_for: is longer than `kept_for`",
    );
    refused(
        &plan("kept_for = \"7d\"\n[[retention]]\nplan = \"p\"\nkept_for = \"1d\"\n"),
        "8: retention.plan: `p` is there already",
    );
    refused(
        "[defaults]\nrange = \"7 d\"\n",
        "6: defaults.range: `7 d` is no length: write a \
        whole number above 0 and a unit, such as `7d`",
    );
    refused(
        "[defaults]\nrange = \"2mo\"\nrange_max = \"30d\"\n",
        "5: defaults.range: is longer than `range_max`",
    );
}

#[test]
fn defaults_and_caps_are_checked() {
    refused(
        "[defaults]\ncolumns = [\"time\"]\n",
        "6: defaults.columns: there is no attribute or path `time`",
    );
    refused(
        "[defaults]\nzone = \"Berlin\"\n",
        "6: defaults.zone: `Berlin` is no time zone; use an IANA name",
    );
    refused(
        "[defaults]\nlanguage = \"de\"\n",
        "6: defaults.language: there is no language `de`; the nearest: `en`",
    );
    refused(
        "[export]\nrows_max = -1\n",
        "6: export.rows_max: expected a whole number from 0, got integer",
    );
    refused(
        "[export]\nrows_max = 5\ndirect_rows_max = 6\n",
        "5: export.direct_rows_max: is more than `rows_max`",
    );
}

#[test]
fn switches_belong_to_categories() {
    let text = format!("{TEAMS}[capture]\nteam = \"off\"\n");
    refused(&text, "8: capture.team: there is no switch `team`; the nearest: `teams`");
    let text = format!("{TEAMS}[capture]\nteams = \"no\"\n");
    refused(&text, "8: capture.teams: `no` is neither `on` nor `off`");
    let always = "[[category]]\ncode = \"a\"\ncapture = \"always\"\n[capture]\na = \"off\"\n";
    refused(always, "9: capture.a: there is no switch `a`");
}

#[test]
fn the_error_of_the_library_names_file_line_and_key() {
    let error = Profile::parse(&format!("{HEAD}{CREATED}"), "own.toml").expect_err("no category");
    assert_eq!(error.to_string(), "own.toml:6: activity.category: there is no category `teams`");
}
