import { lazy, Suspense, type ComponentType } from 'react'

// As with what people do, none of it is needed to draw the page, and without it the page goes on.
const nothing = { default: () => null }
const load = () => import('./presence-dot')
const Dot = lazy<ComponentType<{ id: string; corner?: boolean }>>(() => load().catch(() => nothing))
const Line = lazy<ComponentType<{ id: string }>>(() => load().then((m) => ({ default: m.PresenceLine }), () => nothing))
const Filter = lazy<ComponentType<{ order: readonly string[] }>>(() => load().then((m) => ({ default: m.OnlineFilter }), () => nothing))

/** Whether somebody is connected now. */
export const PresenceDot = (props: { id: string; corner?: boolean }) => <Suspense><Dot {...props} /></Suspense>
/** The same in words. */
export const PresenceLine = (props: { id: string }) => <Suspense fallback={<p className="presence-room" />}><Line {...props} /></Suspense>
/** Shows those in a list who are connected. */
export const OnlineFilter = (props: { order: readonly string[] }) => <Suspense><Filter {...props} /></Suspense>
