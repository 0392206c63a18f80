import i18next from 'i18next'

/** 2.4 MB, 340 kB, 12 B, counted as the server counts its limits: a MB has 1024 kB. What is over a limit never reads as the limit. */
export function fileSize(bytes: number): string {
  const [unit, n] = bytes >= 2 ** 20 ? (['megabyte', bytes / 2 ** 20] as const) : bytes >= 1024 ? (['kilobyte', bytes / 1024] as const) : (['byte', bytes] as const)
  const digits = unit === 'megabyte' ? 1 : 0
  return new Intl.NumberFormat(i18next.language, { style: 'unit', unit, maximumFractionDigits: digits }).format(Math.ceil(n * 10 ** digits) / 10 ** digits)
}
