package stats

// markup is the page's template. What it says of numbers is by their paths.
const markup = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>Brigade · statistics</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E%3Cpath d='M4 8h16l-2 13H6z' fill='%231f7a8c'/%3E%3Cpath d='M5 8a7 6 0 0 1 14 0' fill='none' stroke='%231f7a8c' stroke-width='2'/%3E%3C/svg%3E">
<noscript><meta http-equiv="refresh" content="5"></noscript>
<style>{{.Style}}</style>
</head>
<body>
<header>
<svg class="logo" viewBox="0 0 24 24" aria-hidden="true"><path d="M4 8h16l-2 13H6z"/><path class="handle" d="M5 8a7 6 0 0 1 14 0"/></svg>
<h1>Brigade</h1>
<p class="about">{{.V "server.version" "text"}} <span><i>topology</i> {{.V "server.topology" "text"}}</span> <span><i>shards</i> {{.V "server.shards" "count"}}</span> <span><i>up</i> {{.V "server.uptime_seconds" "age"}}</span></p>
<p class="state" id="state" role="status"><span class="dot"></span><span id="said">{{.V "server.state" "text"}}</span></p>
</header>
<main>
<article class="hero">
<h2>Requests</h2>
<p class="big">{{.Rate "requests.total" "rate"}}</p>
<svg class="spark" data-spark="requests.total" viewBox="0 0 100 30" preserveAspectRatio="none" aria-hidden="true"><path class="area"/><path class="line"/></svg>
<p class="sub"><span class="when">on average</span><span>{{.V "requests.total" "count"}} begun</span></p>
</article>
<article class="hero">
<h2>Latency, p99</h2>
<p class="big"><b id="p99" data-f="seconds">{{.P99}}</b></p>
<svg class="spark" data-spark="p99" viewBox="0 0 100 30" preserveAspectRatio="none" aria-hidden="true"><path class="area"/><path class="line"/></svg>
<p class="sub"><span class="when">since it began</span><span>{{.V "latency.max_seconds" "seconds"}} at most</span></p>
</article>
<article class="hero">
<h2>Sent</h2>
<p class="big">{{.Rate "bytes.out_total" "byterate"}}</p>
<svg class="spark" data-spark="bytes.out_total" viewBox="0 0 100 30" preserveAspectRatio="none" aria-hidden="true"><path class="area"/><path class="line"/></svg>
<p class="sub"><span class="when">on average</span><span>{{.V "bytes.out_total" "bytes"}} sent, {{.V "bytes.in_total" "bytes"}} read</span></p>
</article>
<article class="hero">
<h2>Connections</h2>
<p class="big">{{.V "connections.open" "count"}}</p>
<svg class="spark" data-spark="connections.open" viewBox="0 0 100 30" preserveAspectRatio="none" aria-hidden="true"><path class="area"/><path class="line"/></svg>
<p class="sub"><span>of {{.V "connections.limit" "count"}}</span><span>{{.V "connections.accepted_total" "count"}} accepted</span></p>
</article>

<article class="wide">
<h2>How long requests take <em>from the whole head to the last byte's leaving, since it began</em></h2>
{{.Spectrum "latency.buckets"}}
<dl class="row">
<div><dt>p50</dt><dd>{{.V "latency.p50_seconds" "seconds"}}</dd></div>
<div><dt>p90</dt><dd>{{.V "latency.p90_seconds" "seconds"}}</dd></div>
<div><dt>p99</dt><dd>{{.V "latency.p99_seconds" "seconds"}}</dd></div>
<div><dt>p99.9</dt><dd>{{.V "latency.p999_seconds" "seconds"}}</dd></div>
<div><dt>longest</dt><dd>{{.V "latency.max_seconds" "seconds"}}</dd></div>
</dl>
</article>
<article class="narrow">
<h2>Responses</h2>
{{.Answers "1xx" "2xx" "3xx" "4xx" "5xx" "other"}}
<table>
<thead><tr><th>status</th><th class="count">rate</th><th class="count">in all</th></tr></thead>
<tbody>
<tr><td><span class="key c2xx"></span>2xx, done</td><td class="count">{{.Rate "requests.answers.2xx" "rate"}}</td><td class="count">{{.V "requests.answers.2xx" "count"}}</td></tr>
<tr><td><span class="key c3xx"></span>3xx, elsewhere or unchanged</td><td class="count">{{.Rate "requests.answers.3xx" "rate"}}</td><td class="count">{{.V "requests.answers.3xx" "count"}}</td></tr>
<tr><td><span class="key c4xx"></span>4xx, the client's mistake</td><td class="count">{{.Rate "requests.answers.4xx" "rate"}}</td><td class="count">{{.V "requests.answers.4xx" "count"}}</td></tr>
<tr><td><span class="key c5xx"></span>5xx, the server's</td><td class="count">{{.Rate "requests.answers.5xx" "rate"}}</td><td class="count">{{.V "requests.answers.5xx" "count"}}</td></tr>
<tr><td><span class="key c1xx"></span>1xx, switched</td><td class="count">{{.Rate "requests.answers.1xx" "rate"}}</td><td class="count">{{.V "requests.answers.1xx" "count"}}</td></tr>
</tbody>
</table>
</article>

<article class="third">
<h2>Processors <em>for what may block</em></h2>
<p class="gauge">{{.V "processors.busy" "count"}} <i>of {{.V "processors.total" "count"}} busy</i></p>
{{.Bar "processors.busy" "processors.total"}}
<dl>
<div><dt>idle</dt><dd>{{.V "processors.idle" "count"}}</dd></div>
<div><dt>kept for what others wait for</dt><dd>{{.V "processors.kept" "count"}}</dd></div>
<div><dt>on their way to one</dt><dd>{{.V "processors.queued" "count"}}</dd></div>
<div><dt>waiting for one</dt><dd>{{.V "processors.waiting" "count"}}</dd></div>
<div><dt>handed between tasks</dt><dd>{{.V "processors.handoffs_total" "count"}}</dd></div>
<div><dt>loops woken</dt><dd>{{.V "processors.wakeups_total" "count"}}</dd></div>
</dl>
</article>
<article class="third">
<h2>I/O buffers <em>of {{.V "buffers.size_bytes" "bytes"}}</em></h2>
<p class="gauge">{{.V "buffers.used" "count"}} <i>of {{.V "buffers.limit" "count"}} in use, {{.V "buffers.reserve" "count"}} in reserve</i></p>
{{.Bar "buffers.used" "buffers.limit"}}
<table class="plain">
<thead><tr><th></th><th class="count">filling</th><th class="count">freeing</th></tr></thead>
<tbody>
<tr><td>in use</td><td class="count">{{.V "buffers.filling.used" "count"}}</td><td class="count">{{.V "buffers.freeing.used" "count"}}</td></tr>
<tr><td>at hand</td><td class="count">{{.V "buffers.filling.cached" "count"}}</td><td class="count">{{.V "buffers.freeing.cached" "count"}}</td></tr>
<tr><td>reserved</td><td class="count">{{.V "buffers.filling.reserved" "count"}}</td><td class="count">{{.V "buffers.freeing.reserved" "count"}}</td></tr>
<tr><td>waiting</td><td class="count">{{.V "buffers.filling.waiting" "count"}}</td><td class="count">{{.V "buffers.freeing.waiting" "count"}}</td></tr>
<tr><td>refused</td><td class="count">{{.V "buffers.filling.refused_total" "count"}}</td><td class="count">{{.V "buffers.freeing.refused_total" "count"}}</td></tr>
</tbody>
</table>
</article>
<article class="third">
<h2>HTTP/2 and tunnels</h2>
<p class="gauge">{{.V "http2.sessions" "count"}} <i>sessions open</i></p>
<dl>
<div><dt>streams under way</dt><dd>{{.V "http2.streams" "count"}}</dd></div>
<div><dt>sessions so far</dt><dd>{{.V "http2.sessions_total" "count"}}</dd></div>
<div><dt>streams so far</dt><dd>{{.V "http2.streams_total" "count"}}</dd></div>
<div><dt>reset</dt><dd>{{.V "http2.resets_total" "count"}}</dd></div>
<div><dt>refused</dt><dd>{{.V "http2.refused_total" "count"}}</dd></div>
<div><dt>ended for a flood</dt><dd>{{.V "http2.floods_total" "count"}}</dd></div>
<div><dt>tunnels open, of {{.V "tunnels.opened_total" "count"}} so far</dt><dd>{{.V "tunnels.open" "count"}}</dd></div>
</dl>
</article>

<article class="half">
<h2>Waiting <em>connections, and streams of them</em></h2>
<table class="waits">
<thead><tr><th>state</th><th>waits for</th><th class="count">now</th></tr></thead>
{{.Rows "waits" "Nothing is known without statistics." "state:text" "for:text" "count:count"}}
</table>
</article>
<div class="half column">
<article>
<h2>Backends</h2>
<div class="long"><table>
<thead><tr><th>backend</th><th></th><th class="count">checks failed</th><th class="count">active</th><th class="count">failed</th><th class="count">requests</th></tr></thead>
{{.Rows "backends" "No backends: this server answers by itself." "name:text" "fit:fit" "checks_failed_total:count" "active:count" "errors_total:count" "requests_total:count"}}
</table></div>
</article>
<article>
<h2>Cache <em>of what backends answered</em></h2>
{{if .On "cache.limit_bytes"}}<p class="gauge">{{.V "cache.used_bytes" "bytes"}} <i>of {{.V "cache.limit_bytes" "bytes"}}, {{.V "cache.objects" "count"}} answers</i></p>
{{.Bar "cache.used_bytes" "cache.limit_bytes"}}
<dl>
<div><dt>answered from it</dt><dd>{{.V "cache.hits_total" "count"}}</dd></div>
<div><dt>fetched, for all who asked</dt><dd>{{.V "cache.led_total" "count"}}</dd></div>
<div><dt>read while it came for another</dt><dd>{{.V "cache.shared_total" "count"}}</dd></div>
<div><dt>fetched for one alone</dt><dd>{{.V "cache.alone_total" "count"}}</dd></div>
<div><dt>found to be good still</dt><dd>{{.V "cache.validated_total" "count"}}</dd></div>
<div><dt>made room for others</dt><dd>{{.V "cache.evicted_total" "count"}}</dd></div>
</dl>{{else}}<p class="nothing">There is no cache.</p>{{end}}
</article>
<article>
<h2>Loops <em>turns take {{.V "loops.turns.p50_seconds" "seconds"}}, p99 {{.V "loops.turns.p99_seconds" "seconds"}}</em></h2>
<div class="long"><table>
<thead><tr><th>loop</th><th class="count">connections</th><th class="count">turns, p99</th><th class="count">turns</th><th class="count">requests</th></tr></thead>
{{.Rows "loops.each" "Nothing is known without statistics." "name:text" "connections:count" "p99_seconds:seconds" "turns_total:count" "requests_total:count"}}
</table></div>
</article>
<article>
<h2>What held loops up <em>for 5 ms or more</em></h2>
<div class="long"><table>
<thead><tr><th>who</th><th>the longest for</th><th class="count">longest</th><th class="count">in all</th><th class="count">times</th></tr></thead>
{{.Rows "delays" "Nothing has." "who:text" "target:text" "longest_seconds:seconds" "seconds_total:seconds" "times_total:count"}}
</table></div>
</article>
<article>
<h2>Memory and log</h2>
<dl>
<div><dt>resident</dt><dd>{{.V "memory.process.resident_bytes" "bytes"}}</dd></div>
<div><dt>Go's heap</dt><dd>{{.V "memory.process.heap_bytes" "bytes"}}</dd></div>
<div><dt>unused http_conns, of tasks</dt><dd>{{.V "memory.stock_tasks" "count"}}</dd></div>
<div><dt>of shards</dt><dd>{{.V "memory.stock_shards" "count"}}</dd></div>
<div><dt>idle connections asked to go</dt><dd>{{.V "connections.shed_total" "count"}}</dd></div>
<div><dt>log lines dropped</dt><dd>{{.V "log.dropped_total" "count"}}</dd></div>
</dl>
</article>
</div>
</main>
<footer>Also as <a href="?format=json">JSON</a> and for <a href="?format=prometheus">Prometheus</a>. <span id="hint">Without a script this page reads itself anew every five seconds, and rates are averages.</span></footer>
<script>{{.Script}}</script>
</body>
</html>
`
