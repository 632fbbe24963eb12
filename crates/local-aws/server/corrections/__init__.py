"""Where ministack answers otherwise than AWS and it matters to us. One file a concept, each with a test that fails
without it."""

from . import access_keys, alarm_states, alarms, async_events, bucket_abac, bucket_encryption, bucket_names
from . import destinations, function_policies, grants, listings, log_events, log_groups, metrics, notifications, permissions
from . import queue_sources, simulation, users, versions, wildcards


def apply():
    log_groups.logs_need_their_group()
    log_events.pages_go_on()
    alarms.alarms_are_found_by_tag()
    alarms.alarms_are_described_whole()
    metrics.invocations_are_counted()
    metrics.log_lines_make_metrics()
    alarm_states.alarms_are_evaluated()
    users.users_are_as_on_aws()
    access_keys.users_have_two_keys()
    simulation.principals_are_simulated()
    permissions.calls_need_what_they_need_on_aws()
    wildcards.wildcards_match_line_ends()
    async_events.events_outlive_throttles()
    async_events.concurrency_is_the_functions()
    async_events.triggers_name_their_qualifier()
    destinations.destinations_are_checked()
    function_policies.policies_are_per_qualifier()
    versions.versions_are_of_changes()
    versions.aliases_name_versions()
    queue_sources.mappings_are_checked()
    queue_sources.batches_fail_whole()
    notifications.triggers_are_checked()
    listings.listings_encode_keys()
    listings.requests_are_checked()
    bucket_encryption.customer_keys_are_blocked()
    bucket_abac.tags_of_abac_buckets_are_resources()
    bucket_names.owners_and_namespaces_are_checked()
    grants.roles_decrypt_by_a_grant()
