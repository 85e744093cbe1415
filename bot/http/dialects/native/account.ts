// who the caller is, tokens, and the book of writes, in the native API
import { toJson, toNothing } from '../../answer.ts'
import { type Endpoint, endpoint } from '../../endpoint.ts'
import { AuditPage, AuditQuery, IdRef, Me, NewToken, TokenPage, TokenRequest } from './schemas.ts'

const me = endpoint({
  method: 'GET',
  path: '/api/v1/me',
  summary: 'Who the caller is',
  effect: 'read',
  answers: { 200: Me },
  handler: ({ actor }) => toJson({ name: actor.name, role: actor.role }),
})

const tokens = endpoint({
  method: 'GET',
  path: '/api/v1/tokens',
  summary: "The caller's tokens, an administrator's view of all",
  effect: 'read',
  answers: { 200: TokenPage },
  handler: async ({ room, actor }) => toJson(await room.operations.listTokens(actor)),
})

const create = endpoint({
  method: 'POST',
  path: '/api/v1/tokens',
  summary: "Make a token, up to the caller's own role; it is shown this once",
  effect: 'own',
  body: TokenRequest,
  answers: { 201: NewToken },
  handler: async ({ room, actor, body }) => toJson(await room.operations.createToken(actor, body), { status: 201 }),
})

const revoke = endpoint({
  method: 'DELETE',
  path: '/api/v1/tokens/:id',
  summary: 'Revoke a token',
  effect: 'own',
  params: IdRef,
  answers: { 204: 'none' },
  handler: async ({ room, actor, params }) => {
    await room.operations.revokeToken(actor, params.id)
    return toNothing(204)
  },
})

const audit = endpoint({
  method: 'GET',
  path: '/api/v1/audit',
  summary: 'Who wrote what through any view, newest first, refused asks too; for administrators',
  effect: 'manage',
  query: AuditQuery,
  answers: { 200: AuditPage },
  handler: async ({ room, actor, query }) => toJson(await room.operations.listAudit(actor, query)),
})

export const accountEndpoints: readonly Endpoint[] = [me, tokens, create, revoke, audit]
