import type { QueryClient, QueryKey } from '@tanstack/react-query'

/**
 * Reads again what is shown of a key. A first reading that is under way is given up: it may have begun before what was heard, and
 * without this its answer would count as the newest.
 */
export async function readAgain(queries: QueryClient, queryKey: QueryKey): Promise<void> {
  await queries.cancelQueries({ queryKey })
  await queries.invalidateQueries({ queryKey })
}
