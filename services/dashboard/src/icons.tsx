import type { ReactNode } from 'react'

const icon = (children: ReactNode, fill = false) =>
  function Icon({ size = 20 }: { size?: number }) {
    return (
      <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false" fill={fill ? 'currentColor' : 'none'} stroke={fill ? 'none' : 'currentColor'} strokeWidth="1.8" strokeLinecap="round" strokeLinejoin="round">
        {children}
      </svg>
    )
  }

export const MapIcon = icon(<path d="M9 4 3 6.5v13L9 17l6 3 6-2.5v-13L15 7 9 4Zm0 0v13m6-10v13" />)
export const BellIcon = icon(<path d="M6 16V11a6 6 0 1 1 12 0v5l1.5 2h-15L6 16Zm4 5h4" />)
export const ChatIcon = icon(<path d="M4 5h16v11.500H11L6.500 20v-3.500H4ZM8 9h8M8 12.500h5" />)
export const InboxIcon = icon(<path d="M4 13.500 6.500 5h11l2.500 8.500V19H4v-5.500Zm0 0h4.500c.3 1.800 1.600 2.800 3.500 2.800s3.200-1 3.500-2.800H20" />)
export const HelpIcon = icon(<><circle cx="12" cy="12" r="9" /><path d="M9.5 9.2a2.6 2.6 0 1 1 3.6 2.4c-.8.4-1.1.9-1.1 1.9M12 17v.1" /></>)
export const GearIcon = icon(<><circle cx="12" cy="12" r="3" /><path d="M12 3v2.5M12 18.5V21M3 12h2.5M18.500 12H21M5.600 5.600l1.800 1.800M16.600 16.600l1.800 1.800M18.400 5.600l-1.800 1.800M7.400 16.600l-1.800 1.800" /></>)
export const SearchIcon = icon(<><circle cx="11" cy="11" r="6.500" /><path d="m16 16 4.500 4.500" /></>)
export const CloseIcon = icon(<path d="M6 6l12 12M18 6 6 18" />)
export const PlusIcon = icon(<path d="M12 5v14M5 12h14" />)
export const MinusIcon = icon(<path d="M5 12h14" />)
export const FitIcon = icon(<path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5M9 12h6M12 9v6" />)
export const FollowIcon = icon(<><circle cx="12" cy="12" r="4" /><path d="M12 2v4M12 18v4M2 12h4M18 12h4" /></>)
export const MoreIcon = icon(<path d="M4.500 4.500h5.500v5.500H4.500ZM14 4.500h5.500v5.500H14ZM4.500 14h5.500v5.500H4.500ZM16.750 13.500v6.500M13.500 16.750h6.500" />)
export const CheckIcon = icon(<path d="m5 12.500 4.500 4.500L19 7.500" />)
export const DoneIcon = icon(<path d="m2.500 12.500 4.500 4.500L16 7.500M12 16l1.500 1.500L22.500 8" />)
export const PlayIcon = icon(<path d="M7 4.500v15l12.500-7.500Z" />, true)
export const PauseIcon = icon(<path d="M6.500 5h4v14h-4ZM13.500 5h4v14h-4Z" />, true)
export const LeftIcon = icon(<path d="m14.500 6-6 6 6 6" />)
export const RightIcon = icon(<path d="m9.500 6 6 6-6 6" />)
export const DayIcon = icon(<path d="M4 6.500h16V20H4ZM4 10.500h16M8 3.500v4M16 3.500v4M8 15h3" />)
export const AgendaIcon = icon(<path d="M3.500 4v16M3.500 7.500H12M7 12h10M11 16.500h9.500" />)
export const ChevronIcon = icon(<path d="m6 9 6 6 6-6" />)
export const LinkIcon = icon(<path d="M10 14a4 4 0 0 0 5.700 0l3-3a4 4 0 1 0-5.700-5.700l-1 1M14 10a4 4 0 0 0-5.700 0l-3 3a4 4 0 1 0 5.700 5.700l1-1" />)
export const EyeIcon = icon(<><path d="M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12Z" /><circle cx="12" cy="12" r="2.800" /></>)
export const MuteIcon = icon(<path d="M4 9.500v5h3.500L12 19V5L7.500 9.500H4ZM16 9.500l5 5M21 9.500l-5 5" />)
export const SoundIcon = icon(<path d="M4 9.500v5h3.500L12 19V5L7.500 9.500H4ZM15.500 9a4 4 0 0 1 0 6M18 6.500a8 8 0 0 1 0 11" />)
export const TeamIcon = icon(<><circle cx="9" cy="8" r="3.200" /><path d="M2.800 19.500c.6-3.600 3-5.500 6.200-5.500s5.600 1.900 6.200 5.500M15.500 5.100a3.200 3.200 0 0 1 0 5.800M17.500 14.300c2 .7 3.300 2.400 3.700 5.200" /></>)
export const ClockIcon = icon(<><circle cx="12" cy="12" r="8.500" /><path d="M12 7v5l3.500 2" /></>)
export const BuildingIcon = icon(<path d="M4 20.500V4.500h9v16M13 9.500h7v11M2.500 20.500h19M7 8h3M7 12h3M7 16h3M16 13h1.500M16 16.500h1.500" />)

export const ZoneIcon = icon(<path d="M5 8 13 4l7 7-4 9-10-3L5 8Z" />)
export const UploadIcon = icon(<path d="M12 15V4m0 0L7.500 8.500M12 4l4.500 4.500M4 15v4.500h16V15" />)
export const DownloadIcon = icon(<path d="M12 4v11m0 0 4.500-4.500M12 15l-4.500-4.500M4 15v4.500h16V15" />)
export const PlaceIcon = icon(<><path d="M12 21s-6.500-6.200-6.500-11a6.500 6.500 0 1 1 13 0c0 4.800-6.500 11-6.500 11Z" /><circle cx="12" cy="10" r="2.300" /></>)
export const ShiftIcon = icon(<><circle cx="12" cy="8" r="3.400" /><path d="M5 20c.7-3.900 3.500-6 7-6M13.500 17.500l2 2 4-4.500" /></>)
export const ReportIcon = icon(<path d="M4 20h16M6.500 16.500v-5M12 16.500V5M17.500 16.500V9" />)
export const StreetIcon = icon(<path d="M8 3.500 4 20.500M16 3.500l4 17M12 4v3M12 10.500v3M12 17v3.500" />)
export const CopyIcon = icon(<path d="M9 9h11v11H9ZM5.500 15H4V4h11v1.500" />)
export const TrashIcon = icon(<path d="M4 6.500h16M9 6.500V4h6v2.500M6 6.500 7 20h10l1-13.500M10 10.500v6M14 10.500v6" />)
export const UndoIcon = icon(<path d="M9 5 4.500 9.500 9 14M5 9.500h9a5 5 0 0 1 0 10h-3" />)
export const RedoIcon = icon(<path d="m15 5 4.500 4.500L15 14M19 9.500h-9a5 5 0 0 0 0 10h3" />)

export function Logo({ size = 36 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="#0e7c66" />
      <path d="M7 10h18M16 10v15" stroke="#fff" strokeWidth="4" strokeLinecap="round" />
      <circle cx="24" cy="23" r="3" fill="#fff" />
    </svg>
  )
}
