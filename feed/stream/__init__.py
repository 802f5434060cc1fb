"""NATS, all of it: the broker that runs here, and the one way in which the rest of the feed reads and writes streams.

| file | what it does |
|---|---|
| `folder.py` | one process owns a data folder; its disk has room; no broker is left behind in it |
| `child.py` | nats-server as a child process: configuration, birth, end |
| `broker.py` | the embedded broker: started, proven, watched, restarted, stopped; its health |
| `address.py`, `proof.py` | NATS addresses, and which server to try next; TLS, certificates, credentials |
| `wire.py` | nats-py's client with the joints replaced that have broken feeds |
| `answer.py`, `connection.py` | requests that end in time, losses that are noticed, a close that never hangs |
| `acks.py` | a publish that returns its acknowledged sequence, or by name why not |
| `streams.py` | the streams as data; set up and verified field by field; the epoch |
| `pull.py`, `consumer.py` | following a stream for ever without loss or repetition; the last message of each subject |
| `history.py` | reading old messages in batches |
| `moments.py` | the newest messages of topics as they were at a sequence; the sequence of a time |
| `blobs.py` | bytes too large for one message, in chunks under their digest |
| `publisher.py`, `tide.py`, `segments.py` | step 4 of the journey; how far it came; the log's older segments |
| `keys.py`, `beside.py` | the stream of keys; how a command finds the broker that runs in a data folder |

The oddities of nats-server 2.15.1 and nats-py 2.16.0 that shaped this, each with the test in `tests/stream/` that
locks it:

* an acknowledged message is not on disk unless `sync_interval: always`; bare durations are misread:
  `test_child.py::test_the_server_took_every_setting_as_it_was_meant`
* a time-out does not mean "not stored":
  `test_connection.py::test_a_frozen_broker_means_unknown_and_the_message_is_stored_later`
* what was given up is sent after the reconnect, late and out of order:
  `test_connection.py::test_what_was_given_up_is_not_sent_after_the_reconnect`
* a failed request stays in the client's table for ever:
  `test_connection.py::test_a_failed_request_leaves_nothing_behind`
* a callback that raises ends reconnecting, or makes it endless:
  `test_connection.py::test_a_raising_listener_does_not_end_reconnecting`
* a dead read loop still says connected:
  `test_connection.py::test_a_dead_read_loop_is_found`
* a late PONG for a flush that timed out ends the read loop:
  `test_wire.py::test_a_late_pong_does_not_end_the_read_loop`
* reconnecting can end by itself:
  `test_connection.py::test_reconnecting_that_ended_by_itself_is_taken_up_again`
* closing waits for a frozen server:
  `test_connection.py::test_close_never_hangs_on_a_frozen_broker`
* most errors of the server (an over-long line) close the client for good:
  `test_wire.py::test_an_error_of_the_server_does_not_end_the_connection_for_good`
* headers count against the largest payload, but only the server knows:
  `test_connection.py::test_headers_count_against_the_largest_payload`
* a pattern as publish subject is stored literally:
  `test_wire.py::test_a_subject_that_does_harm_is_refused`
* reconnecting tries the same dead server for ever:
  `test_address.py::test_every_server_gets_its_turn_after_a_short_wait`
* in a cluster a refused guard may mean "on its way" (10164) as well as "stored" (10071):
  `test_blobs.py::test_a_miss_of_what_is_still_on_its_way_is_not_stored`
* a direct get may be answered by a copy that is behind:
  `test_blobs.py::test_a_copy_that_is_behind_does_not_hide_a_blob`
  `test_moments.py::test_a_copy_that_is_behind_is_no_answer`
* a direct get for more than 1,024 subjects is refused:
  `test_moments.py::test_more_topics_than_the_server_answers_for`
* a consumer made at a copy that is behind begins too early; a state it tells ends too early:
  `test_consumer_copies.py::test_a_copy_that_is_behind_tells_nothing_twice`
  `test_consumer_copies.py::test_a_state_that_ends_before_its_tip_is_none`
* a leader of before answers once more when it was frozen:
  `test_consumer_copies.py::test_a_leader_of_before_is_not_believed`
* between two leaders a refusal decides nothing:
  `test_acks.py::test_what_a_cluster_answers_between_two_leaders_decides_nothing`
* nats-py sends the password to a server that leaves out TLS:
  `test_proof.py::test_nothing_is_said_in_plain_text`
* a full local queue drops messages silently: here there is none, callbacks run in the read loop:
  `test_wire.py::test_a_raising_callback_costs_no_other_message`
* the second form of the acknowledgement subject ends the read loop:
  `test_pull.py::test_the_second_form_of_a_real_server_is_understood`
* a deleted consumer looks like a quiet one:
  `test_pull.py::test_a_deleted_consumer_is_noticed_at_once`
  `test_pull.py::test_silence_is_noticed`
* nothing follows a lost last message that would show the gap:
  `test_pull.py::test_the_loss_of_the_last_message_shows_in_the_heartbeat`
* a request with a limit of bytes makes a `last_per_subject` consumer skip messages:
  `test_consumer.py::test_large_last_messages_are_all_read`
* a request with a limit of bytes ends with 409, also when it was served in full:
  `test_pull.py::test_a_limit_of_bytes_and_an_expired_request_end_nothing`
* two who make a stream at once: one gets "already in use":
  `test_streams.py::test_several_who_set_up_at_once_agree`
* a commit that a crash cut is completed, from the files that look as if nobody read them:
  `test_batch.py::test_a_commit_that_was_cut_is_completed_from_what_was_gathered`
* a disk that refuses writes gives no answer; only the health tells:
  `test_broker.py::test_health_is_the_servers_own_word`
"""
