// Scrolls to the marked passage. A classic script: a sandboxed frame refuses modules. The page works without it.
(function () {
  "use strict";
  var passage = document.getElementById("passage");
  if (passage && !location.hash) passage.scrollIntoView({ block: "center" });
})();
