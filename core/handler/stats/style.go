package stats

// style is the page's: one set of colours for each of light and dark.
const style = `
:root{--ground:#f4f5f3;--card:#fff;--ink:#1b2126;--soft:#67717b;--rule:#e5e8e6;--track:#ebeeec;--accent:#1f7a8c;--wash:#1f7a8c22;
--c1:#8a94a0;--c2:#3c9166;--c3:#4d86c6;--c4:#d3952f;--c5:#cb4f3f}
@media(prefers-color-scheme:dark){:root{--ground:#121518;--card:#1a1e22;--ink:#e7eaec;--soft:#929ca6;--rule:#282e33;--track:#2a3036;--accent:#58b6c8;--wash:#58b6c826;
--c1:#7d8894;--c2:#5bb888;--c3:#71a6e0;--c4:#e3b055;--c5:#e5776a}}
*{box-sizing:border-box;margin:0}
body{background:var(--ground);color:var(--ink);font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums;padding:0 20px 28px;-webkit-text-size-adjust:100%}
header,main,footer{max-width:1180px;margin:0 auto}
header{display:flex;align-items:center;flex-wrap:wrap;gap:4px 10px;padding:22px 2px 16px}
h1{font-size:21px;font-weight:650;letter-spacing:-.01em}
.logo{width:24px;height:24px;fill:var(--accent)}
.logo .handle{fill:none;stroke:var(--accent);stroke-width:2}
.about{color:var(--soft);margin-left:6px}
.about b{color:var(--ink);font-weight:500}
.about span{margin-left:10px;white-space:nowrap}.about b span,.about b small{margin-left:0}.nothing{color:var(--soft)}
i,em{font-style:normal;color:var(--soft);font-weight:400}
.state{margin-left:auto;color:var(--soft);display:flex;align-items:center;gap:8px}
.dot{width:9px;height:9px;border-radius:50%;background:var(--c2)}
.lost .dot{background:var(--c5)}
main{display:grid;grid-template-columns:repeat(12,1fr);gap:14px}
article{background:var(--card);border:1px solid var(--rule);border-radius:12px;padding:16px 18px;min-width:0}
.hero{grid-column:span 3;display:flex;flex-direction:column}
.wide{grid-column:span 7;display:flex;flex-direction:column}.narrow{grid-column:span 5}.third{grid-column:span 4}.half{grid-column:span 6}
.column{display:flex;flex-direction:column;gap:14px;min-width:0}
h2{font-size:13px;font-weight:600;margin-bottom:10px}
h2 em b{font-weight:400}
b{font-weight:500;white-space:nowrap}
small{font-size:.82em;color:var(--soft);margin-left:.22em;font-weight:400}
small:empty{display:none}
.hero h2{color:var(--soft);font-weight:500;margin-bottom:2px}
.big b{font-size:31px;font-weight:600;letter-spacing:-.02em;line-height:1.2}
.big small{font-size:15px;letter-spacing:0;margin-left:.3em}
.sub{display:flex;justify-content:space-between;flex-wrap:wrap;gap:0 12px;color:var(--soft);font-size:13px;margin-top:auto}
.sub b{font-weight:400}
.spark{display:none;width:100%;height:40px;margin:4px 0 8px;overflow:visible;border-bottom:1px solid var(--rule)}
.live .spark{display:block}
.spark .line{fill:none;stroke:var(--accent);stroke-width:1.6;vector-effect:non-scaling-stroke;stroke-linejoin:round}
.spark .area{fill:var(--wash)}
.spectrum{width:100%;flex:1;min-height:170px;margin:2px 0 12px;overflow:visible}
.spectrum rect{fill:var(--accent)}
.spectrum line{stroke:var(--soft);stroke-width:1}
.spectrum .base{stroke:var(--rule)}
.spectrum text{fill:var(--soft);font-size:12px;text-anchor:middle}
.bar{display:block;width:100%;height:6px;margin:6px 0 12px}
.stack{display:block;width:100%;height:10px;margin:4px 0 12px;border-radius:5px}
.track{fill:var(--track)}.fill{fill:var(--accent)}
.c1xx{fill:var(--c1);background:var(--c1)}.c2xx{fill:var(--c2);background:var(--c2)}.c3xx{fill:var(--c3);background:var(--c3)}.c4xx{fill:var(--c4);background:var(--c4)}.c5xx{fill:var(--c5);background:var(--c5)}.cother{fill:var(--c1)}
.key{display:inline-block;width:9px;height:9px;border-radius:2.5px;margin-right:9px}
.gauge b{font-size:21px;font-weight:600}
.gauge i b{font-size:15px;font-weight:400}
.gauge{margin-bottom:2px}
dl div{display:flex;justify-content:space-between;gap:12px;padding:4px 0;border-top:1px solid var(--rule)}
dl div:first-child{border-top:0}
dt{color:var(--soft)}
dt b{font-weight:400}
dl.row{display:grid;grid-template-columns:repeat(5,1fr)}
dl.row div{display:block;border:0;padding:0}
dl.row dt{font-size:13px}
dl.row dd{font-size:17px}
table{width:100%;border-collapse:collapse}
.long{max-height:23em;overflow:auto}
.long th{position:sticky;top:0;background:var(--card)}
th{font-weight:400;color:var(--soft);font-size:13px;text-align:left;padding:0 0 4px 12px;vertical-align:bottom}
td{padding:4px 0 4px 12px;border-top:1px solid var(--rule);overflow-wrap:anywhere}
th:first-child,td:first-child{padding-left:0}
td.text:first-child{min-width:4.6em}
td.count,th.count,td.seconds{text-align:right;white-space:nowrap}
td.fit{color:var(--c2)}
td.fit.no{color:var(--c5)}
.waits td:nth-child(2){color:var(--soft)}
.zero td,.waits .zero td:nth-child(2){color:var(--soft);opacity:.62}
.none td{color:var(--soft)}
footer{color:var(--soft);font-size:13px;padding:18px 2px 0}
a{color:var(--accent)}
.live #hint{display:none}
@media(max-width:960px){.hero{grid-column:span 6}.wide,.narrow,.half{grid-column:span 12}.third{grid-column:span 6}.third:nth-of-type(9){grid-column:span 12}}
@media(max-width:620px){th,td{padding-left:8px}th{white-space:normal}th.count{white-space:normal}td.text:first-child{min-width:0}.waits td:first-child{white-space:nowrap}article{padding:14px 12px}body{padding:0 12px 20px}main{gap:10px}.third,.third:nth-of-type(9){grid-column:span 12}.about{order:3;width:100%;margin:0;font-size:13px}.about span,.about b{white-space:normal;overflow-wrap:anywhere}
.big b{font-size:25px}.hero{padding:12px}.sub{display:block}.sub>span{display:block}dl.row{grid-template-columns:repeat(3,1fr);gap:8px 0}.wide h2 em{display:block}}
`
