// gander load and its kin as real processes: exit codes, sentences, parts, mistakes
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { VerdictKind } from '../../shared/verdict.ts'
import { createFakeApi, type FakeApi, measured, verdictOf } from '../helpers/fake-api.ts'
import { gander } from '../helpers/gander.ts'

let fake: FakeApi
beforeEach(async () => {
  fake = await createFakeApi()
})
afterEach(() => fake.close())

const run = (...args: string[]) => gander(args, { env: { GANDER_URL: fake.url } }).ended

it.each<[VerdictKind, number]>([
  ['cached', 0],
  ['nothing-new', 0],
  ['empty', 0],
  ['partly', 3],
  ['not-cached', 1],
  ['unverified', 7],
])('a load that ends %s exits %i', async (kind, code) => {
  fake.outcome = () => verdictOf(kind)
  expect(await run('load', '/a')).toMatchObject({ code })
})
