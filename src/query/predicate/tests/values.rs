//! Tests of single values: equality, order, networks, text operators, times.

use super::*;

#[test]
fn equality_takes_a_bare_value_for_all_it_reads_as() {
    check(&[
        ("actor.display_name=\"Anna Müller\"", true),
        ("actor.display_name=\"anna müller\"", false),
        ("tenant=acme", true),
        ("tenant=Acme", false),
        ("attributes.zero=5", true),
        ("attributes.zero=5e0", true),
        ("attributes.zero=\"5\"", false),
        ("attributes.zero=\"5.0\"", false),
        ("attributes.five=5", true),
        ("attributes.five=5.0", false),
        ("attributes.five=\"5\"", true),
        ("details.big=9007199254740993", true),
        ("details.big=9007199254740992", false),
        ("details.huge=10e399", true),
        ("attributes.recurring=true", true),
        ("attributes.recurring=\"true\"", false),
        ("attributes.recurring=false", false),
        ("changes.before=null", true),
        ("changes.before=\"null\"", false),
        ("attributes.empty=\"\"", true),
        ("action=teams.created", true),
        ("action:created", true),
        ("action^=teams.", true),
        ("type=create", false),
        ("seq=17", true),
        ("seq=17.0", true),
        ("origin=web-app", true),
        ("context.url=\"https://x.example/a/b?c=*d)\"", true),
    ]);
}

#[test]
fn one_object_meets_all_that_stands_in_brackets() {
    check(&[
        ("targets.type=user targets.id=u-1", true),
        ("targets[type=user id=u-1]", false),
        ("targets[type=user id=u-2]", true),
        ("targets[type=team OR id=u-2]", true),
        ("targets[-type=user]", true),
        ("-targets[-type=user]", false),
        ("targets[réunion 30]", true),
        ("targets[réunion can]", false),
        ("targets[*]", true),
        ("details.nothing[*]", true),
        ("details.a[b:nested]", true),
        ("details[a[b=nested] a.b=dotted]", true),
        ("details[\"a.b\"=dotted b=nested]", false),
        ("changes[field=role after[name=admin level<0]]", true),
        ("changes[field=role after=(owner,admin)]", true),
        ("changes[has:before]", false),
        ("changes[before=null]", true),
        ("context[ip=203.0.113.0/24 asn[number=64500]]", true),
        ("actor[groups=ops groups=sec-team]", true),
        ("details[type=x]", false),
    ]);
}

#[test]
fn a_path_lies_below_another_by_whole_names() {
    check(&[
        ("context.url/=https://x.example", true),
        ("context.url/=https://x.example/", true),
        ("context.url/=https://x.exam", false),
        ("context.url/=https:", true),
        ("context.url/=HTTPS:", false),
        ("context.url/=/", false),
        ("context.url/=\"https://x.example/a/b?c=*d)\"", true),
        ("attributes.zero/=5.0", false),
        ("origin/=web-app", true),
        ("origin/=web-app//", false),
    ]);
}

#[test]
fn a_mapped_address_is_the_address() {
    check(&[
        ("details.mapped=203.0.113.7", true),
        ("details.mapped=203.0.113.0/24", true),
        ("details.mapped=::ffff:203.0.113.0/120", true),
        ("details.mapped=::/0", false),
        ("details.mapped=::FFFF:cb00:7107", true),
        ("context.ip=::ffff:203.0.113.7", true),
        ("context.ip=::ffff:cb00:0/112", true),
        ("details.mapped=\"203.0.113.7\"", false),
        ("details.mapped!=203.0.113.7", false),
    ]);
}

#[test]
fn instants_dates_and_addresses_equal_by_meaning() {
    check(&[
        ("attributes.start=2026-05-11T08:00:00.1234567Z", true),
        ("attributes.start=2026-05-11T10:00:00.123456700+02:00", true),
        ("attributes.start=2026-05-11T10:00:00.12345670000001+02:00", false),
        ("attributes.start=2026-05-11T10:00:00.123456999+02:00", false),
        ("attributes.start=2026-05-11t08:00:00.123457z", false),
        ("attributes.start=2026-05-11", true),
        ("attributes.end=2026-05-12", false),
        ("attributes.end=2026-05-13", true),
        ("attributes.end=\"2026-05-13\"", false),
        ("details.day=2026-05-04", true),
        ("details.day=2026-05-03..2026-05-05", false),
        ("context.ip=203.0.113.7", true),
        ("ip=203.0.113.0/24", true),
        ("ip=203.0.113.99/24", true),
        ("ip=0.0.0.0/0", true),
        ("ip=203.0.113.6/32", false),
        ("ip=\"203.0.113.0/24\"", false),
        ("ip=::/0", false),
        ("details.\"aws:SourceIp\"=2001:0db8:0::15", true),
        ("details.\"aws:SourceIp\"=2001:db8::/32", true),
        ("details.\"aws:SourceIp\"=2001:db9::/32", false),
    ]);
    assert!(finds_in(
        "attributes.end=2026-05-12",
        chrono_tz::America::New_York,
        "2026-01-01T00:00:00Z"
    ));
}

#[test]
fn a_list_holds_for_one_of_its_values() {
    check(&[
        ("tenant=(x,acme)", true),
        ("tenant=( x , \"acme\" )", true),
        ("tenant=(x,\"ac me\")", false),
        ("attributes.rate=(1..2,12..13)", true),
        ("tenant!=(x,y)", true),
        ("tenant!=(x,acme)", false),
    ]);
}

#[test]
fn differing_needs_a_value_that_is_not_null() {
    check(&[
        ("tenant!=x", true),
        ("tenant!=acme", false),
        ("operation!=create", false),
        ("details.none!=x", false),
        ("details.nothing!=x", false),
        // None of the values may equal it.
        ("targets.type!=team", false),
        ("targets.type!=calendar", true),
        ("details!=null", false),
        ("attributes.zero!=5..6", false),
        ("time!=2026-05-04", false),
        ("time!=2026-05-05", true),
        ("seq!=18", true),
        ("action!=teams.created", false),
    ]);
}

#[test]
fn begins_contains_and_ends_compare_folded_text() {
    check(&[
        ("actor.display_name^=ANNA", true),
        ("actor.display_name^=Müll", false),
        ("actor.display_name*=\"a mull\"", true),
        ("actor.display_name$=ÜLLER", true),
        ("actor.display_name$=Anna", false),
        ("targets.name^=réu", true),
        ("attributes.rate^=12.", true),
        ("attributes.rate$=50", true),
        ("attributes.recurring^=tru", false),
        ("context.url*=c=*d", true),
        ("context.url*=c=*e", false),
        ("context.url$=\"*d)\"", true),
        ("tenant^=acmes", false),
        ("tenant^=🎉", false),
        ("context.url*=!!", false),
    ]);
}

#[test]
fn regular_expressions_see_the_stored_text() {
    check(&[
        ("actor.display_name~=/^Anna M.ller$/", true),
        ("actor.display_name~=/^anna/", false),
        ("actor.display_name~=/(?i)^ANNA/", true),
        ("actor.display_name~=/uller/", false),
        ("context.url~=/^https:\\/\\/x\\.example/", true),
        ("attributes.rate~=/^12\\.50$/", true),
        ("attributes.recurring~=/true/", false),
        ("actor.display_name~=/a M/ acme", true),
        ("actor.display_name~=/a M/acme", true),
        ("tenant~=//", true),
    ]);
}

#[test]
fn ranges_are_exact_and_of_numbers_or_instants() {
    check(&[
        ("attributes.rate>12.49", true),
        ("attributes.rate>12.5", false),
        ("attributes.rate>=12.5", true),
        ("attributes.rate<12.500000000000000000001", true),
        ("attributes.rate<=12.5", true),
        ("attributes.rate<12.5", false),
        ("details.big>9007199254740992", true),
        ("details.big<9007199254740993", false),
        ("changes.after.level=-0.2..0", true),
        ("changes.after.level=..-0.1", true),
        ("changes.after.level=0..", false),
        // Strings are no numbers, and numbers no instants.
        ("attributes.five>1", false),
        ("attributes.rate>2026-01-01", false),
        ("attributes.start>2026-05-10", true),
        ("attributes.start>2026-05-11", false),
        ("attributes.start>=2026-05-11", true),
        ("attributes.start<=2026-05-11", true),
        ("attributes.start<2026-05-11", false),
        ("attributes.start=2026-05-10..2026-05-11", true),
        ("attributes.start=2026-05-12..", false),
        ("attributes.start=..2026-05-11T08:00:00Z", false),
        ("attributes.start=..2026-05-11T08:00:00.123456Z", false),
        ("attributes.start=..2026-05-11T08:00:00.1234567Z", true),
        ("attributes.start=..2026-05-11T08:00:00.12345669999Z", false),
        ("attributes.start>2026-05-11T08:00:00.12345669999Z", true),
        ("attributes.start>=2026-05-11T08:00:00.12345670001Z", false),
        ("attributes.start<2026-05-11T08:00:00.12345670001Z", true),
        ("attributes=\"1..20\"", false),
        ("attributes=1..x", false),
        ("attributes=..", false),
        ("seq>16", true),
        ("seq=17..17", true),
    ]);
}

#[test]
fn has_is_for_values_that_are_not_null() {
    check(&[
        ("has:tenant", true),
        ("has:operation", false),
        ("has:details.none", false),
        ("has:changes.before", false),
        ("has:changes", true),
        ("has:details.nothing", false),
        ("has:details.\"aws:SourceIp\"", true),
        ("has:time", true),
        ("has:action has:seq has:recorded_at", true),
        ("(has:tenant)", true),
    ]);
}

#[test]
fn times_compare_with_occurred_at() {
    check(&[
        ("on:2026-05-04", true),
        ("on:2026-05-05", false),
        ("on:2026-05-04T12:00:00Z", true),
        ("after:2026-05-03", true),
        ("after:2026-05-04", false),
        ("before:2026-05-05", true),
        ("before:2026-05-04", false),
        ("after:2026-05-04T12:00:00Z", false),
        ("after:2026-05-04T11:59:59.999999Z", true),
        ("before:2026-05-04T12:00:00Z", false),
        ("before:2026-05-04T12:00:00.000001Z", true),
        ("since:7d", true),
        ("since:1w", true),
        ("since:6d", false),
        ("since:1mo", true),
        ("time=2026-05-04", true),
        ("time=2026-05-04T12:00:00Z", true),
        ("time=(2026-05-01,2026-05-04)", true),
        ("occurred_at>2026-05-04", false),
        ("occurred_at>=2026-05-04", true),
        ("time<=2026-05-04", true),
        ("time<2026-05-04", false),
        ("time=2026-05-01..2026-05-04", true),
        ("time=..2026-05-03", false),
        ("recorded_at>2026-05-04T12:00:01Z", false),
        ("recorded_at>=2026-05-04T12:00:01Z", true),
    ]);
    let tokyo = chrono_tz::Asia::Tokyo;
    assert!(finds_in("on:2026-05-04", tokyo, "2026-01-01T00:00:00Z"));
    let kiritimati = chrono_tz::Pacific::Kiritimati;
    assert!(finds_in("on:2026-05-05 -on:2026-05-04", kiritimati, "2026-01-01T00:00:00Z"));
}
