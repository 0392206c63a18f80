import type { ReactNode } from 'react'

const icon = (children: ReactNode) =>
  function Icon({ size = 20 }: { size?: number }) {
    return <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" strokeLinejoin="round">{children}</svg>
  }

export const SendIcon = icon(<path d="M4 12 20 4.500 15 20l-3.500-6.500L4 12Zm7.500 1.500L20 4.500" />)
export const ClipIcon = icon(<path d="m20 11.500-8 8a5 5 0 0 1-7-7l8.500-8.500a3.300 3.300 0 0 1 4.700 4.700L9.700 17.200a1.700 1.700 0 0 1-2.400-2.400l7.700-7.700" />)
export const ReplyIcon = icon(<path d="M9 6 4 11l5 5M4.500 11H14a6 6 0 0 1 6 6v1.500" />)
export const MoreIcon = icon(<path d="M5 12h.01M12 12h.01M19 12h.01" strokeWidth="3" />)
export const DownIcon = icon(<path d="M12 5v13m0 0-6-6m6 6 6-6" />)
export const MegaphoneIcon = icon(<path d="M4 10v4h3l8 4.500v-13L7 10H4Zm3 4 1.500 5.500h2.500L9.500 14.800M18.500 9.500a4 4 0 0 1 0 5" />)
export const FileIcon = icon(<path d="M6 3.500h8l4.500 4.500v12.500H6ZM14 3.500V8h4.500M9 12.500h6.500M9 16h6.500" />)
export const PinIcon = icon(<><path d="M12 21s-6.500-6.200-6.500-11a6.500 6.500 0 1 1 13 0c0 4.800-6.500 11-6.500 11Z" /><circle cx="12" cy="10" r="2.300" /></>)
export const VisitIcon = icon(<path d="M4 6.500h16V20H4ZM4 10.500h16M8 3.500v4M16 3.500v4M9 15l2.200 2.200L15.500 13" />)
export const PeopleIcon = icon(<><circle cx="9" cy="8" r="3.200" /><path d="M2.800 19.500c.6-3.600 3-5.500 6.200-5.500s5.600 1.900 6.200 5.500M15.500 5.100a3.200 3.200 0 0 1 0 5.800M17.500 14.300c2 .7 3.300 2.400 3.700 5.200" /></>)

/** One check: sent. Two: delivered. Two in colour: read. A clock: waiting. */
export function TickSign({ tick }: { tick: 'waiting' | 'sent' | 'delivered' | 'read' }) {
  return (
    <svg className={`chat-tick ${tick}`} width="17" height="12" viewBox="0 0 17 12" aria-hidden="true" focusable="false" fill="none" stroke="currentColor" strokeWidth="1.600" strokeLinecap="round" strokeLinejoin="round">
      {tick === 'waiting' ? <><circle cx="8.500" cy="6" r="4.600" /><path d="M8.500 3.500V6l1.600 1" /></> : tick === 'sent' ? <path d="m4 6.500 3 3L13 2.500" /> : <path d="m1.200 6.500 3 3 6-7M7.800 8.800l.8.700 6.600-7" />}
    </svg>
  )
}
