/**
 * The look of every page, for A4 and Letter: black on white without backgrounds, which browsers leave out in print.
 * The header is the head of a table around everything, because browsers repeat that on each page and keep its room free,
 * as long as it is low: a name that is longer than the line is cut there.
 */
export const STYLE = `
@page { margin: 14mm 15mm 16mm; @bottom-right { content: counter(page) " / " counter(pages); font: 9pt Arial, sans-serif } }
* { box-sizing: border-box }
html { background: #fff; color: #000; font: 10pt/1.4 Arial, Helvetica, sans-serif }
body { margin: 0 auto; max-width: 180mm; overflow-wrap: anywhere }
table { border-collapse: collapse; width: 100% }
.pages { table-layout: fixed }
.pages, .pages > * > tr > * { border: 0; padding: 0; text-align: left; font-weight: normal; vertical-align: top }
.mark { display: flex; justify-content: space-between }
.mark b { letter-spacing: 0.1em }
.name { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; border-bottom: 1pt solid #000; margin-bottom: 4mm; padding-bottom: 1mm; font-size: 9pt }
h1 { font-size: 18pt; line-height: 1.2; margin: 0 0 4mm }
h2 { font-size: 13pt; margin: 7mm 0 2mm; break-after: avoid }
h3 { font-size: 10.5pt; margin: 0 0 1mm; break-after: avoid }
p { margin: 0 0 2mm }
.block { break-inside: avoid; margin: 0 0 3mm }
.framed { border: 0.6pt solid #000; padding: 2mm 2.5mm }
.sheet { break-before: page }
.list th, .list td { border: 0.6pt solid #000; padding: 1mm 1.5mm; text-align: left; vertical-align: top }
.list tr { break-inside: avoid }
.list thead { break-after: avoid }
.empty td { height: 9mm }
dl { display: grid; grid-template-columns: 42mm 1fr; gap: 1mm 3mm; margin: 0 0 2mm }
dt { font-weight: bold }
dd { margin: 0; min-width: 0 }
dl dl { display: block; margin: 0 }
dl dl dd { margin: 0 0 1mm 4mm }
.line { border-bottom: 0.6pt solid #000; min-height: 7mm }
.tall { min-height: 22mm }
.digits, code { font-family: "Courier New", Courier, monospace }
code { font-size: 9pt }
.digits { font-size: 12pt; letter-spacing: 0.04em }
.words { font-size: 8.5pt }
.aloud { break-inside: avoid; margin: 1mm 0 }
.aloud td { padding: 0.3mm 0; vertical-align: baseline }
.aloud .digits { width: 58mm; white-space: nowrap }
.cells { display: grid; grid-template-columns: repeat(4, 24mm); gap: 1.5mm 3mm; margin: 1mm 0 3mm; break-inside: avoid }
.cells i { border-bottom: 0.6pt solid #000; height: 7mm }
.box { display: inline-block; width: 3.6mm; height: 3.6mm; border: 0.8pt solid #000; margin: 0 1.5mm 0 0; vertical-align: -0.6mm }
.says { margin: 1mm 0 1mm 5mm }
.note { font-size: 9pt; margin-top: 2mm }
svg { display: block; max-width: 100%; height: auto }
@media screen { body { padding: 8mm } .sheet { border-top: 2pt dashed #000; margin-top: 8mm } }
`;
