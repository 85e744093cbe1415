// the OpenAPI document as a page to read, without anything from elsewhere
export function toDocsPage(_document: unknown): string {
  return ''
}
