-- Records, and the indexes in which they stand.
--
-- A record carries its places, each an index, U+001F and a place, so that a change takes out exactly the old ones. An index is named by its
-- collection, a blank and its own name; a place is the sort, a blank and the id. All parts are escaped and have no blank.

create table records (
  collection text collate "C" not null,
  id text collate "C" not null,
  revision text collate "C" not null,
  expires bigint,
  places text[] collate "C" not null,
  value text not null,
  primary key (collection, id)
) with (fillfactor = 80);

-- Past the time in expires a record is absent; who puts one that ends deletes some that have ended.
create index records_by_expiry on records (expires) where expires is not null;

create table record_places (
  index text collate "C" not null,
  place text collate "C" not null,
  primary key (index, place)
);

-- How many places each index has, but for the tallies that were not yet added: as for queues.
create table place_counts (
  index text collate "C" primary key,
  count bigint not null
) with (fillfactor = 50);
create index place_counts_none on place_counts (index) where count = 0;
create table place_tallies (
  index text collate "C" not null,
  count bigint not null
);
create index place_tallies_index on place_tallies (index);
