// patterns of names with `*` (any characters) and `?` (one character)

/** Whether the whole name fits; takes at most as many steps as both have characters, multiplied. */
export function matches(pattern: string, name: string): boolean {
  const [wanted, given] = [[...pattern], [...name]]
  let at = 0
  let star = -1
  let afterStar = 0
  for (let n = 0; n < given.length; ) {
    if (wanted[at] === '*') {
      star = at
      afterStar = n
      at += 1
    } else if (wanted[at] === '?' || (at < wanted.length && wanted[at] === given[n])) {
      at += 1
      n += 1
    } else if (star >= 0) {
      // the star takes one more
      at = star + 1
      afterStar += 1
      n = afterStar
    } else return false
  }
  return wanted.slice(at).every(one => one === '*')
}
