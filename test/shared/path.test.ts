// which cache paths are accepted, and which hide a password
import { expect, test } from 'vitest'
import { CachePath, pathProblem } from '../../shared/path.ts'

test.each([
  's3://AK:SECRET@bucket/a',
  's3://AK:SE/CRET@bucket',
  's3://AK:SE/CR/ET@bucket/a',
  's3://AK:12345@bucket',
  's3://us@er:pw@host/a',
  's3://:pw@host',
])('%s is refused, and not repeated', path => {
  expect(pathProblem(path)).toBe('must not contain a user and password')
  expect(CachePath.safeParse(path).error?.issues[0]?.message).toBe(
    'must not contain a user and password, got one that does',
  )
})

test.each([
  '/data/a:b@c',
  'gfs://host:9200/data/a@b',
  'gfs://m1:9200,m2:9200/data/a@b',
  'gfs://zk@h1:2181;h2:2181/a@b',
  'gfs://[::1]:9200/a@b',
  'cosn://bucket/a:b@c',
  's3a://bucket@point/a',
])('%s is accepted', path => {
  expect(pathProblem(path)).toBeUndefined()
})
