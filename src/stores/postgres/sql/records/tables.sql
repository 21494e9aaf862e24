-- Records, and the indexes in which they stand.
--
-- A record carries its places, each "index US place", so that a change takes out exactly the old ones. An index is named by its collection
-- and its name, with a blank between; a place is its sort, a blank and the id. All are escaped, so that no part has a blank.

create table records (
  collection text collate "C" not null,
  id text collate "C" not null,
  revision text collate "C" not null,
  expires bigint, -- milliseconds since 1970; past that the record is absent
  places text[] collate "C" not null,
  value text not null,
  primary key (collection, id)
) with (fillfactor = 80);

create index records_by_expiry on records (expires) where expires is not null;

create table record_places (
  index text collate "C" not null,
  place text collate "C" not null,
  primary key (index, place)
);
