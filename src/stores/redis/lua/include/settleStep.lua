-- Ends a live lease by an outcome: a ack, r retry, l release, u release of a message that nobody had in hand, j reject, b block its
-- key, B block the queue. Arguments: token; for releases also the delay in ms; for all others but acks also cause, delay in ms,
-- attemptsMax. The word of a retry that is out of attempts is "j": it was rejected.
--- @include queueSubject
--- @include leased
--- @include outcomes

local function lookLeased(step)
  local key = step.subject.key
  step.parcel, step.origin = readLeased(key, step.token)
  step.key = step.parcel and keyIn(step.token)
  if step.key then guardKey(key, step.key) end
end

-- Refuses a token that is not live, or that this write settled before. A token alone is enough: no two queues have the same.
local function refusedLease(step, changed, plan)
  if not step.parcel or changed[step.token] or plan[step.token] then return "LEASE_LOST:" end
  plan[step.token] = true
  return nil
end

local function readToken(step, values, at)
  step.token, step.subject.guarded = values[at], true
  return at + 1
end

local function readRelease(step, values, at)
  at = readToken(step, values, at)
  step.delay = tonumber(values[at])
  return at + 1
end

local function readFailure(step, values, at)
  at = readToken(step, values, at)
  step.cause, step.delay, step.attemptsMax = values[at], tonumber(values[at + 1]), tonumber(values[at + 2])
  return at + 3
end

local function settleKind(read, apply)
  return { noun = queueSubject, read = read, look = lookLeased, refused = refusedLease, apply = apply }
end
kinds["a"] = settleKind(readToken, ack)
kinds["l"] = settleKind(readRelease, release)
kinds["u"] = kinds["l"]
kinds["r"] = settleKind(readFailure, fail)
kinds["j"], kinds["b"], kinds["B"] = kinds["r"], kinds["r"], kinds["r"]
