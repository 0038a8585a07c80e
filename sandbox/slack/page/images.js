// Pictures in blocks. The page loads nothing from outside this machine, so a picture from elsewhere shows its alternative text.

import { h } from "./dom.js";

const LOCAL = /^(?:data:image\/|https?:\/\/(?:127\.0\.0\.1|localhost)(?::\d+)?\/|\/(?!\/))/i;

/** The picture of an image block or element, or a frame with its alternative text. */
export function picture({ image_url: address = "", alt_text: alternative = "Image" }, className) {
  const frame = h(
    "span",
    { class: `image-missing ${className}`, role: "img", "aria-label": alternative, title: alternative },
    alternative,
  );
  if (!LOCAL.test(address)) return frame;
  const image = h("img", { class: className, src: address, alt: alternative, loading: "lazy" });
  image.addEventListener("error", () => image.replaceWith(frame));
  return image;
}
