"use strict";(()=>{try{let e=localStorage.getItem("f1lake-theme");(e==="dark"||e==="light")&&(document.documentElement.dataset.theme=e)}catch{}})();
