const { createServer } = require('node:http');

const greeting = process.env.GREETING ?? 'Hello from Monoku';

const server = createServer((request, response) => {
	response.setHeader('Content-Type', 'text/plain; charset=utf-8');
	response.end(`${greeting}\n${process.env.DYNO} answered ${request.method} ${request.url}\n`);
});
server.listen(process.env.PORT, () => console.log(`Listening on port ${process.env.PORT}`));

// a dyno is asked to stop before it is made to
process.on('SIGTERM', () => server.close(() => process.exit(0)));
