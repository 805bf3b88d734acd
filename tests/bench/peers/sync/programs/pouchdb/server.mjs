// CouchDB-protocol server: express-pouchdb on LevelDB
import express from 'express';
import PouchDB from 'pouchdb';
import epdb from 'express-pouchdb';
import fs from 'node:fs';
const [port, dir] = process.argv.slice(2);
fs.mkdirSync(dir, { recursive: true });
const P = PouchDB.defaults({ prefix: dir + '/' });
const app = express();
app.use('/', epdb(P, { mode: 'minimumForPouchDB', logPath: dir + '/log.txt', configPath: dir + '/config.json' }));
app.listen(+port, '127.0.0.1', () => console.log('READY'));
