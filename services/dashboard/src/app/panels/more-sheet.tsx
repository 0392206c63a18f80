import { Dialog, IconButton } from '@mui/material'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { CloseIcon, GearIcon, HelpIcon } from '../../icons'
import './more-sheet.css'
import { SectionLink, type Section } from './rail'

interface Props {
  sections: readonly Section[]
  onHelp: (() => void) | undefined
  onSettings: () => void
  onClose: () => void
}

/** The sections for which the bar of a small window has no room, by name. */
export default function MoreSheet({ sections, onHelp, onSettings, onClose }: Props) {
  const { t } = useTranslation()
  const id = useId()
  const then = (f: () => void) => () => {
    onClose()
    f()
  }
  return (
    <Dialog open onClose={onClose} aria-labelledby={id} className="more-sheet" transitionDuration={0} slotProps={{ paper: { className: 'more-paper' } }}>
      <header>
        <h2 id={id}>{t('nav.moreTitle')}</h2>
        <IconButton aria-label={t('person.close')} onClick={onClose}><CloseIcon size={20} /></IconButton>
      </header>
      <nav aria-labelledby={id}>
        {sections.map((s) => <SectionLink key={s.to} s={s} className="more-item" onGo={onClose} />)}
        <button type="button" className="more-item" onClick={then(onSettings)}><GearIcon /><span className="rail-text">{t('nav.settings')}</span></button>
        {onHelp && <button type="button" className="more-item" onClick={then(onHelp)}><HelpIcon /><span className="rail-text">{t('nav.help')}</span></button>}
      </nav>
    </Dialog>
  )
}
