import { lazy, Suspense } from 'react'

// None of it is needed to draw the map: it comes after. When it cannot be loaded, the page goes on without it.
const nothing = { default: () => null }
const load = () => import('./work')
const Facts = lazy(() => load().catch(() => nothing))
const Mark = lazy(() => load().then((m) => ({ default: m.WorkMark }), () => nothing))
const Reader = lazy(() => load().then((m) => ({ default: m.Reader }), () => nothing))

/** Whether somebody is on shift, and in which visit. */
export const WorkFacts = (props: { id: string; card: boolean }) => <Suspense fallback={props.card && <div className="work-room" />}><Facts {...props} /></Suspense>
/** Says in a row that somebody is in a visit. */
export const WorkMark = (props: { id: string }) => <span className="work-mark"><Suspense><Mark {...props} /></Suspense></span>
/** Reads all of it ahead, once the map is there. */
export const WorkReader = () => <Suspense><Reader /></Suspense>
