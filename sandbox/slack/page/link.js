// The websocket to the server: frames in and out, requests with answers, and coming back after a break.

const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 5000;
const ANSWER_MS = 5000;

/** Open the link. `onFrame` gets every frame, `onUp(true|false)` each change of the connection. */
export function openLink(onFrame, onUp) {
  const waiting = new Map();
  let socket = null;
  let wait = FIRST_WAIT_MS;
  let serial = 0;

  function connect() {
    socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/page/ws`);
    socket.addEventListener("open", () => {
      wait = FIRST_WAIT_MS;
      onUp(true);
    });
    socket.addEventListener("message", (event) => receive(JSON.parse(event.data)));
    socket.addEventListener("close", () => {
      onUp(false);
      setTimeout(connect, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    });
  }

  function receive(frame) {
    const answer = waiting.get(frame.request);
    if (!answer) return onFrame(frame);
    waiting.delete(frame.request);
    answer(frame);
  }

  /** Send a frame; false when the link is down and nothing was sent. */
  function send(frame) {
    if (socket?.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify(frame));
    return true;
  }

  /** Send a frame and wait for the one that carries the same `request`; null when none comes. */
  function ask(frame) {
    const request = `r${(serial += 1)}`;
    return new Promise((resolve) => {
      waiting.set(request, resolve);
      setTimeout(() => waiting.delete(request) && resolve(null), ANSWER_MS);
      if (!send({ ...frame, request })) resolve(null);
    });
  }

  connect();
  return { send, ask };
}
