-- SPDX-License-Identifier: Apache-2.0
-- The first layout of the state.  Never edited once released: a change is a new file.
--
-- side: 0 records, 1 people.  Times: nanoseconds since 1970 UTC, 0 for "not known".
-- sum: XXH3 64 over the other columns of the row.

CREATE TABLE meta(
	key TEXT NOT NULL PRIMARY KEY,
	value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Which pair of systems this is the state of.
CREATE TABLE identity(
	one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
	records TEXT NOT NULL,
	people TEXT NOT NULL
) STRICT;

-- Readings of a side: of its whole list, or of its newest pages; the newest thousand of each side, and
-- those that something still depends on.
CREATE TABLE scan(
	side INTEGER NOT NULL CHECK (side IN (0, 1)),
	generation INTEGER NOT NULL CHECK (generation > 0),
	started_at INTEGER NOT NULL,
	ended_at INTEGER NOT NULL DEFAULT 0,
	complete INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (side, generation)
) STRICT, WITHOUT ROWID;

-- A reading of a side's whole list that spans several cycles: where it stands (core/scan.h).
CREATE TABLE turn(
	side INTEGER NOT NULL PRIMARY KEY CHECK (side IN (0, 1)),
	generation INTEGER NOT NULL, -- whoever was seen since then was seen by this reading
	mark INTEGER NOT NULL, -- of what it depends on: another one makes it void
	cycle INTEGER NOT NULL, -- whatever this one or one before it has sent was sent before it began
	ended INTEGER NOT NULL CHECK (ended IN (0, 1, 2)), -- 1: at its end, 2: and everybody was seen
	n_distinct INTEGER NOT NULL, -- at its end
	n_unreadable INTEGER NOT NULL, -- records in this pass that were left out
	was_unreadable INTEGER NOT NULL,
	asked INTEGER NOT NULL, -- at its end: up to this person those who are absent were asked for
	n_waits INTEGER NOT NULL, -- cycles in a row that could not ask
	n_asks INTEGER NOT NULL, -- cycles that asked
	unasked INTEGER NOT NULL CHECK (unasked IN (0, 1)), -- at the end of the one before some were left
	newest INTEGER NOT NULL, -- the person met last before it began
	page_size INTEGER NOT NULL,
	next_number INTEGER NOT NULL,
	n_repeats INTEGER NOT NULL,
	next_offset INTEGER NOT NULL,
	n_pages INTEGER NOT NULL,
	n_read INTEGER NOT NULL,
	n_first INTEGER NOT NULL,
	first_content INTEGER NOT NULL,
	last_content INTEGER NOT NULL,
	total INTEGER NOT NULL,
	twice INTEGER NOT NULL,
	first_answered INTEGER NOT NULL,
	list_order INTEGER NOT NULL,
	sum INTEGER NOT NULL
) STRICT;

-- What came of a rolled side's edits while its turn went on: links that were written to (field ''), and
-- those in which a field was cleared.  A mass change shows in a turn page by page.
CREATE TABLE changed(
	side INTEGER NOT NULL CHECK (side IN (0, 1)), -- that was edited
	field TEXT NOT NULL,
	n INTEGER NOT NULL, -- since the turn began
	n_before INTEGER NOT NULL, -- in the turn before it
	PRIMARY KEY (side, field)
) STRICT, WITHOUT ROWID;

-- The last reading that saw everybody of a side and from which everything was concluded.
CREATE TABLE known(
	side INTEGER NOT NULL PRIMARY KEY CHECK (side IN (0, 1)),
	generation INTEGER NOT NULL,
	mark INTEGER NOT NULL -- of the field table that persons were decoded with
) STRICT;

-- The newest pages did not reach back to anybody whom a list had shown: who stands behind them is unknown
-- until they do, or a reading that began later has seen everybody.
CREATE TABLE gap(
	side INTEGER NOT NULL PRIMARY KEY CHECK (side IN (0, 1)),
	generation INTEGER NOT NULL -- the reading that found it: who is older was listed before
) STRICT;

-- Every person of either side.  Narrow, and in the order in which persons were first met, which is
-- nearly that of a scan: marking a page as seen touches few pages of this table and no index.
CREATE TABLE person(
	no INTEGER NOT NULL PRIMARY KEY,
	side INTEGER NOT NULL CHECK (side IN (0, 1)),
	id TEXT NOT NULL,
	link INTEGER, -- the active link; NULL: unlinked
	generation INTEGER NOT NULL, -- scan that saw it last
	raw BLOB, -- digest of the record's bytes; NULL: not from a scan
	digest BLOB NOT NULL, -- of the canonical content that was seen last
	staged INTEGER NOT NULL CHECK (staged IN (0, 1)), -- there is a row in `staged`
	parked INTEGER NOT NULL DEFAULT 0,
	hidden INTEGER NOT NULL DEFAULT 0, -- whole lists in a row that did not show who is there
	remembered INTEGER NOT NULL DEFAULT 0, -- unlinked, and part of a dissolved link
	gone_cycle INTEGER NOT NULL DEFAULT 0, -- the cycle that proved it to be gone; 0: none
	seen_at INTEGER NOT NULL, -- when it was decoded last
	old_seen_at INTEGER NOT NULL DEFAULT 0, -- lower bound of the staged change
	created_at INTEGER NOT NULL,
	updated_at INTEGER NOT NULL,
	archived_at INTEGER NOT NULL,
	keys_sum INTEGER NOT NULL DEFAULT 0, -- tells changed match keys from unchanged ones
	-- it could not be read when it was asked for alone, and that was said: whatever lists have shown since
	misread INTEGER NOT NULL DEFAULT 0 CHECK (misread IN (0, 1)),
	UNIQUE (side, id)
) STRICT;
CREATE INDEX person_raw ON person(side, raw) WHERE raw IS NOT NULL;
CREATE INDEX person_dirty ON person(link) WHERE link IS NOT NULL AND staged = 1;
CREATE INDEX person_unlinked ON person(side, created_at, id) WHERE link IS NULL;
CREATE INDEX person_parked ON person(parked) WHERE parked = 1;
-- Linked persons that are not there any more.
CREATE INDEX person_left ON person(link)
	WHERE link IS NOT NULL AND (gone_cycle > 0 OR archived_at > 0);

-- Persons whom a list shows and who cannot be decoded: nothing is known of what they hold.  They are seen
-- like everybody else, and left alone until they can be read again; the quarantine tells why.
CREATE TABLE unreadable(
	no INTEGER NOT NULL PRIMARY KEY,
	side INTEGER NOT NULL CHECK (side IN (0, 1)),
	id TEXT NOT NULL,
	generation INTEGER NOT NULL, -- scan that saw it last
	first_at INTEGER NOT NULL,
	UNIQUE (side, id)
) STRICT;
-- Hashes of the texts that they show, in the form of each kind of match key: who shares one waits.
CREATE TABLE unreadable_mark(
	mark INTEGER NOT NULL,
	person INTEGER NOT NULL REFERENCES unreadable(no) ON DELETE CASCADE,
	PRIMARY KEY (mark, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX unreadable_mark_person ON unreadable_mark(person);

-- What a person held when last read, where that is not its shadow: changed, or unlinked.
CREATE TABLE staged(
	person INTEGER NOT NULL PRIMARY KEY REFERENCES person(no) ON DELETE CASCADE,
	body BLOB NOT NULL
) STRICT;

-- Match keys of all persons, linked ones too.
CREATE TABLE match_key(
	kind INTEGER NOT NULL,
	key TEXT NOT NULL,
	person INTEGER NOT NULL REFERENCES person(no) ON DELETE CASCADE,
	PRIMARY KEY (kind, key, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX match_key_person ON match_key(person);

-- state: 0 active, 1 dissolved and remembered.  Numbers are not used twice.
-- ending: why it was dissolved: 0 not, 1 by the user, 2 a person was archived, 3 removed, 4 merged.
CREATE TABLE link(
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	records_id TEXT NOT NULL,
	people_id TEXT NOT NULL,
	state INTEGER NOT NULL CHECK (state IN (0, 1)),
	how TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	cycle INTEGER NOT NULL,
	ending INTEGER NOT NULL DEFAULT 0 CHECK (ending BETWEEN 0 AND 4),
	sum INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX link_active_records ON link(records_id) WHERE state = 0;
CREATE UNIQUE INDEX link_active_people ON link(people_id) WHERE state = 0;
CREATE INDEX link_dissolved_records ON link(records_id) WHERE state = 1;
CREATE INDEX link_dissolved_people ON link(people_id) WHERE state = 1;
CREATE INDEX link_ended ON link(ending, id) WHERE state = 1;

-- What each side of a link held when both were last known to agree.
CREATE TABLE shadow(
	no INTEGER NOT NULL PRIMARY KEY, -- 2 * link + side
	digest BLOB NOT NULL, -- of the canonical content under the field table of then
	seen_at INTEGER NOT NULL,
	body BLOB NOT NULL,
	sum INTEGER NOT NULL
) STRICT;

-- kind: 0 create, 1 update, 2 remove, 3 restore.  state: 0 pending, 1 sent.
CREATE TABLE intent(
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	kind INTEGER NOT NULL CHECK (kind IN (0, 1, 2, 3)),
	state INTEGER NOT NULL CHECK (state IN (0, 1)),
	target INTEGER NOT NULL CHECK (target IN (0, 1)),
	link INTEGER NOT NULL CHECK ((link = 0) = (kind = 0)),
	target_id TEXT NOT NULL,
	source_id TEXT NOT NULL,
	cycle INTEGER NOT NULL,
	created_at INTEGER NOT NULL,
	sent_at INTEGER NOT NULL,
	-- A create whose answer was not waited for: a list that was begun before then cannot deny it.
	late_until INTEGER NOT NULL,
	reasons TEXT NOT NULL,
	write BLOB,
	base BLOB,
	source BLOB,
	sum INTEGER NOT NULL
) STRICT;
CREATE INDEX intent_target ON intent(target);
CREATE UNIQUE INDEX intent_link ON intent(link, target) WHERE link > 0;
CREATE UNIQUE INDEX intent_create ON intent(target, source_id) WHERE kind = 0;

-- No references: an entry outlives what it tells of.
CREATE TABLE history(
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	cycle INTEGER NOT NULL,
	link INTEGER NOT NULL,
	at INTEGER NOT NULL,
	side INTEGER NOT NULL CHECK (side IN (0, 1)),
	side_id TEXT NOT NULL,
	field TEXT NOT NULL,
	action TEXT NOT NULL,
	old_value TEXT NOT NULL,
	new_value TEXT NOT NULL,
	reason TEXT NOT NULL,
	-- of an update: the two values packed, to be put back by an undo
	old_body BLOB,
	new_body BLOB
) STRICT;
CREATE INDEX history_cycle ON history(cycle);
CREATE INDEX history_link ON history(link);
CREATE INDEX history_at ON history(at);

CREATE TABLE conflict(
	id INTEGER NOT NULL PRIMARY KEY,
	kind TEXT NOT NULL,
	link INTEGER NOT NULL,
	field TEXT NOT NULL,
	records_id TEXT NOT NULL,
	people_id TEXT NOT NULL,
	evidence TEXT NOT NULL,
	first_cycle INTEGER NOT NULL,
	last_cycle INTEGER NOT NULL,
	UNIQUE (kind, link, field, records_id, people_id)
) STRICT;
CREATE INDEX conflict_link ON conflict(link) WHERE link > 0;

-- source_id tells creates apart; it is empty where there is a link.  link -1: no write, but a person of the
-- side who cannot be read; target_id and source_id are his.
CREATE TABLE quarantine(
	id INTEGER NOT NULL PRIMARY KEY,
	target INTEGER NOT NULL CHECK (target IN (0, 1)),
	link INTEGER NOT NULL,
	source_id TEXT NOT NULL,
	target_id TEXT NOT NULL,
	status INTEGER NOT NULL,
	words TEXT NOT NULL,
	content BLOB NOT NULL,
	attempts INTEGER NOT NULL,
	first_at INTEGER NOT NULL,
	last_at INTEGER NOT NULL,
	dropped INTEGER NOT NULL DEFAULT 0 CHECK (dropped IN (0, 1)), -- given up: blocks silently
	UNIQUE (target, link, source_id)
) STRICT;
CREATE INDEX quarantine_link ON quarantine(link) WHERE link > 0;

-- Edits that were made here and not at a side: the next sync carries them out.
CREATE TABLE wish(
	link INTEGER NOT NULL,
	side INTEGER NOT NULL CHECK (side IN (0, 1)),
	field TEXT NOT NULL,
	value BLOB NOT NULL,
	base BLOB NOT NULL, -- what the side must hold for it
	reason TEXT NOT NULL,
	at INTEGER NOT NULL,
	sum INTEGER NOT NULL,
	PRIMARY KEY (link, side, field)
) STRICT, WITHOUT ROWID;

-- Persons that were erased on request and are not taken in again, by keyed hashes of their ids.
CREATE TABLE forgotten(
	mark BLOB NOT NULL PRIMARY KEY,
	side INTEGER NOT NULL CHECK (side IN (0, 1)),
	generation INTEGER NOT NULL, -- scan that saw it last: it counts among those who were read
	at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX forgotten_seen ON forgotten(side, generation);
-- Keyed hashes of what they were recognized by: who shares one is not created across.
CREATE TABLE forgotten_key(
	mark BLOB NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Notes that are the same one on both sides.  Their texts are not kept, only what tells a change: of each
-- side the digests of title and text when both last agreed.
CREATE TABLE note(
	no INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	link INTEGER NOT NULL, -- of the persons
	records_id TEXT NOT NULL,
	people_id TEXT NOT NULL, -- either is empty in a create of unknown outcome
	base BLOB NOT NULL,
	-- from one side: remembered, never written again
	gone INTEGER NOT NULL DEFAULT 0 CHECK (gone IN (0, 1)),
	sum INTEGER NOT NULL
) STRICT;
CREATE INDEX note_link ON note(link);
CREATE UNIQUE INDEX note_records ON note(records_id) WHERE records_id <> '';
CREATE UNIQUE INDEX note_people ON note(people_id) WHERE people_id <> '';
-- A write of a note that was sent: its outcome is unknown until the answer is stored.  Only as long are
-- there texts: what the target held, and what was sent.
CREATE TABLE note_write(
	note INTEGER NOT NULL PRIMARY KEY REFERENCES note(no) ON DELETE CASCADE,
	target INTEGER NOT NULL CHECK (target IN (0, 1)),
	cycle INTEGER NOT NULL,
	sent_at INTEGER NOT NULL,
	created_at INTEGER NOT NULL, -- of the note
	parts INTEGER NOT NULL, -- that are written: 1 title, 2 text
	old_title TEXT NOT NULL,
	old_text TEXT NOT NULL,
	new_title TEXT NOT NULL,
	new_text TEXT NOT NULL,
	reason TEXT NOT NULL,
	-- ids of notes that the target had by then, of no pair: none of them is what was sent
	others TEXT NOT NULL,
	missed INTEGER NOT NULL DEFAULT 0 -- an empty list did not show it
) STRICT;
-- Whose notes are read next: those that are due, then those not read for longest.
CREATE TABLE note_turn(
	link INTEGER NOT NULL PRIMARY KEY,
	due INTEGER NOT NULL DEFAULT 0 CHECK (due IN (0, 1)),
	cycle INTEGER NOT NULL DEFAULT 0, -- that met it last
	read_cycle INTEGER NOT NULL DEFAULT 0 -- that read both sides last
) STRICT, WITHOUT ROWID;
CREATE INDEX note_turn_next ON note_turn(due DESC, cycle, link);

-- The users record of a linked person, as it was written or found last; without a record_id there
-- is none that is known, or one that may have been made with this user_id.  claim: what its person
-- asks for by now; empty: nothing, the record is left as it is.
CREATE TABLE user(
	link INTEGER NOT NULL PRIMARY KEY,
	record_id TEXT NOT NULL,
	user_id TEXT NOT NULL,
	email TEXT NOT NULL,
	person TEXT NOT NULL,
	workspace TEXT NOT NULL,
	claim_id TEXT NOT NULL,
	claim_email TEXT NOT NULL,
	doubt INTEGER NOT NULL, -- bits of the parts that a write of unknown outcome may have changed
	sum INTEGER NOT NULL
) STRICT;
CREATE INDEX user_id ON user(user_id) WHERE user_id <> '';
CREATE INDEX user_email ON user(email) WHERE email <> '';
CREATE INDEX user_claim_id ON user(claim_id) WHERE claim_id <> '';
CREATE INDEX user_claim_email ON user(claim_email) WHERE claim_email <> '';
-- A write of one that was sent: its outcome is unknown until the answer is stored.
CREATE TABLE user_write(
	link INTEGER NOT NULL PRIMARY KEY REFERENCES user(link) ON DELETE CASCADE,
	cycle INTEGER NOT NULL,
	sent_at INTEGER NOT NULL,
	user_id TEXT NOT NULL,
	email TEXT NOT NULL,
	person TEXT NOT NULL,
	workspace TEXT NOT NULL,
	reason TEXT NOT NULL
) STRICT;
-- Whose users record is to be compared with its person: only those that are due.
CREATE TABLE user_turn(
	link INTEGER NOT NULL PRIMARY KEY,
	due INTEGER NOT NULL DEFAULT 1 CHECK (due IN (0, 1)),
	cycle INTEGER NOT NULL DEFAULT 0, -- that met it last
	parked INTEGER NOT NULL DEFAULT 0 CHECK (parked IN (0, 1)), -- it is in quarantine
	waits INTEGER NOT NULL DEFAULT 0 -- for what this link has
) STRICT, WITHOUT ROWID;
CREATE INDEX user_turn_due ON user_turn(cycle, link) WHERE due = 1;
CREATE INDEX user_turn_parked ON user_turn(link) WHERE parked = 1;
CREATE INDEX user_turn_waits ON user_turn(waits) WHERE waits > 0;

-- Named things that persons refer to by id (tags, organizations, companies), as they were when last read.
CREATE TABLE collection(
	name TEXT NOT NULL PRIMARY KEY,
	read_at INTEGER NOT NULL,
	requests INTEGER NOT NULL -- that the reading took
) STRICT, WITHOUT ROWID;
CREATE TABLE member(
	collection TEXT NOT NULL REFERENCES collection(name) ON DELETE CASCADE,
	id TEXT NOT NULL,
	title TEXT NOT NULL,
	known_by TEXT NOT NULL, -- domains of a company, the e-mail of a user
	text TEXT NOT NULL, -- what persons' values name it by, in their canonical form
	PRIMARY KEY (collection, id)
) STRICT, WITHOUT ROWID;
-- What was looked for in that reading and is not in it.
CREATE TABLE sought(
	collection TEXT NOT NULL REFERENCES collection(name) ON DELETE CASCADE,
	text TEXT NOT NULL, -- as its members are known by
	refused INTEGER NOT NULL CHECK (refused IN (0, 1)), -- it was to be made, and could not be
	PRIMARY KEY (collection, text)
) STRICT, WITHOUT ROWID;

CREATE TABLE cycle(
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	kind TEXT NOT NULL,
	started_at INTEGER NOT NULL,
	ended_at INTEGER NOT NULL DEFAULT 0,
	outcome TEXT NOT NULL DEFAULT '',
	summary TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX cycle_ended ON cycle(id) WHERE ended_at > 0;
CREATE INDEX cycle_started ON cycle(started_at);

-- What all cycles have done together, for monitoring.
CREATE TABLE counter(
	name TEXT NOT NULL PRIMARY KEY,
	value INTEGER NOT NULL CHECK (value >= 0)
) STRICT, WITHOUT ROWID;

-- What a side's answers have taught of its rate: requests a minute, 0 for "what is configured".
CREATE TABLE learned(
	side INTEGER NOT NULL PRIMARY KEY CHECK (side IN (0, 1)),
	reads INTEGER NOT NULL DEFAULT 0 CHECK (reads >= 0),
	writes INTEGER NOT NULL DEFAULT 0 CHECK (writes >= 0),
	both INTEGER NOT NULL DEFAULT 0 CHECK (both >= 0), -- reads and writes together
	paused_until INTEGER NOT NULL DEFAULT 0, -- it said so
	at INTEGER NOT NULL DEFAULT 0, -- when that was learned
	used INTEGER NOT NULL DEFAULT 0 CHECK (used >= 0), -- in the minute before used_at
	used_at INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
