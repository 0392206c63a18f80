import type { Session, Who } from '../../client'
export default function App({ who }: { session: Session; who: Who }) {
  return <p>{who.user}</p>
}
